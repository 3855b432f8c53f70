/** Stage: one adapter of the mini scale, trained from the IPAdapter+ start on the frozen base. */
import { fold, key } from "../../lib/engine/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import {
  type AdapterStepOptions,
  compileAdapterStep,
  freshInstruct,
  type TrainStep,
} from "../../lib/training/mod.ts";
import { runTraining } from "../adapters/train_adapter.ts";
import type { StageContext } from "../runner/mod.ts";
import { instructForm } from "../setting/instruct_form.ts";
import type { TrainInputs, TrainReport, TrainRequest } from "../setting/model_requests.ts";
import { type EncodedTask, readEncodedTask } from "./encoded_task.ts";
import { FORM_SIZES } from "./instruct_forms.ts";
import { onDevice, shared, sharedBank, sharedBase, sharedPlus, sharedVision } from "./shared_models.ts";
import { scoreTask } from "./score_task.ts";

/** Seconds between two checkpoints. */
const SAVE_EVERY = 60;

/** One compiled step per batch size, form of the instruction, recipe and device, for all trainings of a process. */
function stepFor(options: AdapterStepOptions): Promise<TrainStep> {
  const { batch, words, projection, recipe, compile } = options;
  const id = JSON.stringify([batch, words, projection, recipe, compile?.device]);
  return shared(`training step ${id}`, () => compileAdapterStep(options));
}

/** Trains one adapter; writes adapter.safetensors. */
export async function trainAdapter(
  request: TrainRequest,
  inputs: TrainInputs,
  context: StageContext,
): Promise<TrainReport> {
  const { instructions, seed, batch, recipe, device, validateItems } = request;
  await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const [base, plus, vision] = [await sharedBase(), await sharedPlus(), await sharedVision("encoder")];
  const data: EncodedTask[] = [];
  for (const [task, output] of inputs.datasets) {
    data.push(await readEncodedTask(output, { instructions, wordings: inputs.instructions?.get(task) }));
  }
  const { projection, words } = FORM_SIZES[instructForm(request)];
  const start = freshInstruct(fold(key("instruct"), seed), projection, { plus, recipe });
  const step = await stepFor({
    ...base,
    projection,
    words,
    adapter: start,
    batch,
    imageTokens: visionTokens(vision.config),
    recipe,
    compile: onDevice(device),
  });
  if (validateItems > 0) {
    context.watch(() =>
      import("./watched_samples.ts").then((each) => each.watchedSamples(request, step.weights()))
    );
  }
  return await runTraining(request, {
    step,
    start,
    projection,
    data,
    schedule: noiseSchedule(SD_SCHEDULE),
    noImage: (data[0] as EncodedTask).noImage,
    noText: base.tokenizer.encode([""]),
    saveEvery: SAVE_EVERY,
    score: scoreTask,
  }, context);
}
