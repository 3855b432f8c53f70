/** The mini scale's code for Fig. 10, whose stages read ControlNets and a LoRA besides the frozen parts. */
import { type CombinationCode, FIG10 } from "../figures/fig10/mod.ts";
import type { Table1Stages } from "../setting/model_requests.ts";
import { ADAPTER_PARTS, checkpointFiles } from "./checkpoints.ts";
import { TABLE1_CODE } from "./table1_code.ts";

/** Table 1's code and Fig. 10's. */
export const COMBINATION_CODE: Table1Stages & CombinationCode = {
  ...TABLE1_CODE,
  combineControls: {
    module: "experiments/mini/combine_controls.ts",
    export: "combineControls",
    data: checkpointFiles(...ADAPTER_PARTS, "controlnet-scribble", "controlnet-pose", `lora-${FIG10.lora}`),
    load: async () => (await import("./combine_controls.ts")).combineControls,
  },
};
