/** Stage: one adapter of the paper's scale, trained from IPAdapter+ on the frozen base (Sec. 3.5); a batch is run in parts that fit the device. */
import { fold, key, UserError } from "../../lib/engine/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { compileAdapterStep, freshInstruct } from "../../lib/training/mod.ts";
import { onDevice } from "../adapters/shared.ts";
import { runTraining } from "../adapters/train_adapter.ts";
import type { StageContext } from "../runner/mod.ts";
import { microBatchOf } from "../setting/micro_batch.ts";
import { precisionOf } from "../setting/precision.ts";
import type { TrainInputs, TrainReport, TrainRequest } from "../setting/model_requests.ts";
import { type OpenTask, openTask } from "./encoded_task.ts";
import { emptySlots, inSlot } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { scoreTask } from "./score_task.ts";
import { openId, plusParts, stageModels } from "./stage_models.ts";

/** Seconds between two checkpoints, which hold the weights three times. */
const SAVE_EVERY = 900;

/** Trains one adapter; writes adapter.safetensors. @throws UserError for a base that predicts something else than the noise. */
export async function trainAdapter(
  request: TrainRequest,
  inputs: TrainInputs,
  context: StageContext,
  folders: PaperFolders,
): Promise<TrainReport> {
  const { instructions, seed, batch, recipe, device, validateItems } = request;
  const models = await stageModels(folders);
  const { unet, text, vision, instruct: projection, latentSide, schedule, tokenizer } = models;
  const { prediction_type } = schedule.config;
  if (prediction_type !== "epsilon") {
    throw new UserError(
      `Training an adapter needs a base that predicts the noise (epsilon, Sec. 3.1), got ${prediction_type} in its scheduler_config.json`,
    );
  }
  const data: OpenTask[] = [];
  try {
    for (const [task, output] of inputs.datasets) {
      data.push(await openTask(task, output, { models, folders, device, instructions, context }));
    }
    const start = freshInstruct(fold(key("instruct"), seed), projection, { plus: plusParts(models), recipe });
    await emptySlots("encoding", "sampling", "scoring");
    const micro = microBatchOf(request), precision = precisionOf(request);
    const step = await inSlot(
      "training",
      openId(models, device, batch, micro, precision, recipe),
      () =>
        compileAdapterStep({
          unet,
          text,
          projection,
          adapter: start,
          batch,
          accumulate: batch / micro,
          side: latentSide,
          imageTokens: visionTokens(vision.config),
          recipe,
          compile: { ...onDevice(device), precision },
        }),
    );
    if (validateItems > 0) {
      context.watch(() =>
        import("./watched_samples.ts").then((each) => each.watchedSamples(request, step.weights(), folders))
      );
    }
    return await runTraining(request, {
      step,
      start,
      projection,
      data,
      schedule,
      noImage: (data[0] as OpenTask).noImage,
      noText: tokenizer.encode([""]),
      saveEvery: SAVE_EVERY,
      score: (asked, model) => scoreTask(asked, model, { folders }),
    }, context);
  } finally {
    for (const task of data) task.close();
  }
}
