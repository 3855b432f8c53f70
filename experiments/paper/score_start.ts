/** Stage: the validation of a training at the paper's scale before its first step, for Fig. 7: a fresh instruction branch adds nothing, so this is IPAdapter+. */
import { fold, key } from "../../lib/engine/mod.ts";
import { freshInstruct } from "../../lib/training/mod.ts";
import { validationPoints } from "../adapters/validation_points.ts";
import type { StageContext } from "../runner/mod.ts";
import type { ScoreRequest, TrainReport } from "../setting/model_requests.ts";
import { SCALES } from "../setting/scales.ts";
import { emptySlots } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { scoreTask } from "./score_task.ts";
import { plusParts, stageModels } from "./stage_models.ts";

/** Scores the start of one task's trainings. */
export async function scoreStart(
  request: ScoreRequest,
  context: StageContext,
  folders: PaperFolders,
): Promise<TrainReport["validation"]> {
  const { task, seed, scale } = request;
  await emptySlots("encoding", "training");
  const models = await stageModels(folders);
  const adapter = freshInstruct(fold(key("instruct"), seed), models.instruct, {
    plus: plusParts(models),
    recipe: SCALES[scale].recipe,
  });
  const report = await scoreTask(request, {
    adapter,
    progress: (done, total) => context.progress(done, total, "images"),
  }, { folders, kept: context });
  return validationPoints(report, { task, step: 0 });
}
