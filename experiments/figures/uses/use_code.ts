/** The mini scale's code for the stages of `useStages()`; loaded only when a stage must run. */
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import type { MeasureUse } from "../../setting/model_requests.ts";
import { type StageCode, stageCode } from "../../runner/mod.ts";

/** Table 1's scores and the leak. */
export const MEASURE_USE: StageCode<MeasureUse> = stageCode("experiments/mini/measure_use.ts", "measureUse", {
  from: () => import("../../mini/measure_use.ts"),
  data: checkpointFiles(...ADAPTER_PARTS),
});

/** The same, and the colours taken. */
export const MEASURE_COLOURS: StageCode<MeasureUse> = stageCode(
  "experiments/mini/measure_colours.ts",
  "measureColours",
  { from: () => import("../../mini/measure_colours.ts"), data: checkpointFiles(...ADAPTER_PARTS) },
);
