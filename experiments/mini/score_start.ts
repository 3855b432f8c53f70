/**
 * Stage: the validation of `train_adapter.ts` before its first step, for Fig. 7: the same items, noises, wordings and sampler.
 *
 * The fresh instruction branch adds nothing, so this is IPAdapter+, and one stage serves the single-task and the joint trainings of a seed.
 */
import { fold, key } from "../../lib/engine/mod.ts";
import { freshInstruct } from "../../lib/training/mod.ts";
import { validationPoints } from "../adapters/validation_points.ts";
import { instructForm } from "../setting/instruct_form.ts";
import { SCALES } from "../setting/scales.ts";
import type { ScoreStart } from "../setting/model_requests.ts";
import { FORM_SIZES } from "./instruct_forms.ts";
import { scoreTask } from "./score_task.ts";
import { sharedBank, sharedPlus } from "./shared_models.ts";

/** Scores the start of one task's trainings. */
export const scoreStart: ScoreStart = async (request, context) => {
  const { task, seed } = request;
  await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const { projection } = FORM_SIZES[instructForm(request)];
  const report = await scoreTask(request, {
    adapter: freshInstruct(fold(key("instruct"), seed), projection, {
      plus: await sharedPlus(),
      recipe: SCALES[request.scale].recipe,
    }),
    progress: (done, total) => context.progress(done, total, "images"),
  });
  return validationPoints(report, { task, step: 0 });
};
