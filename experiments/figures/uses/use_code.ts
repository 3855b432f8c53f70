/** The scales' code for the stages of `useStages()`; loaded only when a stage must run. */
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import type { MeasureUse } from "../../setting/model_requests.ts";
import { type StageCode, stageCode } from "../../runner/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { codeAt } from "../paper_stage.ts";

const MEASURE_USE: StageCode<MeasureUse> = stageCode("experiments/mini/measure_use.ts", "measureUse", {
  from: () => import("../../mini/measure_use.ts"),
  data: checkpointFiles(...ADAPTER_PARTS),
});

/** Table 1's scores and the leak. @throws UserError when the folder of the weights is not there. */
export const measureUseCode = (request: RunRequest): StageCode<MeasureUse> =>
  codeAt(request, {
    mini: MEASURE_USE,
    paper: stageCode("experiments/paper/measure_use.ts", "measureUse", {
      from: () => import("../../paper/measure_use.ts"),
    }),
    reads: { weights: "training" },
  });

/** The same, and the colours taken; of the mini scale's models. */
export const MEASURE_COLOURS: StageCode<MeasureUse> = stageCode(
  "experiments/mini/measure_colours.ts",
  "measureColours",
  { from: () => import("../../mini/measure_colours.ts"), data: checkpointFiles(...ADAPTER_PARTS) },
);
