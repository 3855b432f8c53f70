/** The mini scale's code for the figures that sample from Table 1's models, by module; loaded only when a stage must run. */
import type { AblationCode } from "../figures/ablations/mod.ts";
import type { CurveCode } from "../figures/fig7/mod.ts";
import type { UseCode } from "../figures/fig9/mod.ts";
import type { RewordingCode } from "../figures/fig8/mod.ts";
import type { Table1Stages } from "../setting/model_requests.ts";
import { ADAPTER_PARTS, checkpointFiles } from "./checkpoints.ts";
import { TABLE1_CODE } from "./table1_code.ts";

/** Everything the figures ask of the models. */
export const FIGURE_CODE: Table1Stages & CurveCode & UseCode & RewordingCode & AblationCode = {
  ...TABLE1_CODE,
  scoreStart: {
    module: "experiments/mini/score_start.ts",
    export: "scoreStart",
    data: checkpointFiles(...ADAPTER_PARTS),
    load: async () => (await import("./score_start.ts")).scoreStart,
  },
  measureUse: {
    module: "experiments/mini/measure_use.ts",
    export: "measureUse",
    data: checkpointFiles(...ADAPTER_PARTS),
    load: async () => (await import("./measure_use.ts")).measureUse,
  },
  encodeInstructions: {
    module: "experiments/mini/encode_instructions.ts",
    export: "encodeInstructions",
    data: [],
    load: async () => (await import("./encode_instructions.ts")).encodeInstructions,
  },
  measureColours: {
    module: "experiments/mini/measure_colours.ts",
    export: "measureColours",
    data: checkpointFiles(...ADAPTER_PARTS),
    load: async () => (await import("./measure_colours.ts")).measureColours,
  },
  varyWording: {
    module: "experiments/mini/vary_wording.ts",
    export: "varyWording",
    data: checkpointFiles(...ADAPTER_PARTS),
    load: async () => (await import("./vary_wording.ts")).varyWording,
  },
};
