/** Stage: one adapter, trained from the IPAdapter+ start on the frozen base, with validation scores on the way (Fig. 7). */
import { fold, key, readSafetensors, writeSafetensors } from "../../lib/engine/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import {
  type AdapterStepOptions,
  compileAdapterStep,
  freshInstruct,
  learningRate,
  mixedBatch,
  recipeSchedule,
  train,
  type TrainStep,
} from "../../lib/training/mod.ts";
import type { StageContext } from "../runner/mod.ts";
import { instructForm } from "../setting/instruct_form.ts";
import type { TrainInputs, TrainReport, TrainRequest } from "../setting/model_requests.ts";
import { type EncodedTask, readEncodedTask } from "./encoded_task.ts";
import { FORM_SIZES } from "./instruct_forms.ts";
import { onDevice, shared, sharedBank, sharedBase, sharedPlus, sharedVision } from "./shared_models.ts";
import { scoreTask } from "./score_task.ts";
import { TRAINED_ADAPTER, trainedAdapterBytes } from "./trained_adapter.ts";

const SAVE_EVERY_MS = 60_000;
/** Steps averaged into the reported loss. */
const LAST_STEPS = 50;

type Progress = { losses: number[]; validation: TrainReport["validation"][number][] };

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
  const { tasks, instructions, seed, steps, batch, recipe, device } = request;
  await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const [base, plus, vision] = [await sharedBase(), await sharedPlus(), await sharedVision("encoder")];
  const data: EncodedTask[] = [];
  for (const [task, output] of inputs.datasets) {
    data.push(await readEncodedTask(output, { instructions, wordings: inputs.instructions?.get(task) }));
  }
  const { projection, words } = FORM_SIZES[instructForm(request)];
  const adapter = freshInstruct(fold(key("instruct"), seed), projection, { plus, recipe });
  const step = await stepFor({
    ...base,
    projection,
    words,
    adapter,
    batch,
    imageTokens: visionTokens(vision.config),
    recipe,
    compile: onDevice(device),
  });
  step.reset(adapter);
  const source = {
    batch,
    schedule: noiseSchedule(SD_SCHEDULE),
    noImage: (data[0] as EncodedTask).noImage,
    noText: base.tokenizer.encode([""]),
    recipe,
  };
  const saved = await context.loadLatestCheckpoint();
  const progress = (saved?.state ?? { losses: [], validation: [] }) as unknown as Progress;
  const validate = async (at: number) => {
    const adapter = step.weights();
    for (const task of tasks) {
      const { samples } = await scoreTask({
        ...request,
        row: "validation",
        model: request.variant.kind === "single" ? "single" : "joint",
        task,
        items: request.validateItems,
        galleryItems: 0,
      }, { adapter, replacesText: recipe.replacesText });
      for (const metric of Object.keys(samples[0]?.scores ?? {})) {
        const values = samples.map((sample) => sample.scores[metric] as number);
        progress.validation.push({
          task,
          step: at,
          metric,
          mean: values.reduce((a, b) => a + b, 0) / values.length,
          n: values.length,
        });
      }
    }
  };
  const loop = train(step, {
    steps,
    schedule: recipeSchedule(recipe, steps),
    batch: (index) => mixedBatch(fold(key("adapter batch"), seed, index), data, source),
    ...(saved
      ? { resume: { step: saved.step, state: readSafetensors(saved.files["state.safetensors"]!).tensors } }
      : {}),
  });
  const save = (at: number) =>
    context.saveCheckpoint(
      at,
      { "state.safetensors": writeSafetensors(step.snapshot()) },
      JSON.parse(JSON.stringify(progress)),
    );
  const half = Math.ceil(steps / 2);
  let lastSave = performance.now();
  for await (const event of loop) {
    progress.losses = [...progress.losses, event.loss].slice(-LAST_STEPS);
    const { validateEvery, validateItems } = request;
    if (
      validateEvery > 0 && validateItems > 0 && (event.step % validateEvery === 0 || event.step === steps)
    ) await validate(event.step);
    if (
      event.step < steps &&
      (context.signal.aborted || event.step === half || performance.now() - lastSave > SAVE_EVERY_MS)
    ) {
      await save(event.step);
      lastSave = performance.now();
    }
    context.progress(event.step, steps, "steps", {
      loss: event.loss,
      gradientNorm: event.gradientNorm,
      learningRate: learningRate(recipeSchedule(recipe, steps), event.step - 1),
      samples: batch,
      validation: progress.validation,
      ...(request.validateItems > 0 && {
        pictures: () =>
          import("./watched_samples.ts").then((each) => each.watchedSamples(request, step.weights())),
      }),
    });
  }
  const { replacesText } = recipe;
  context.write(TRAINED_ADAPTER, trainedAdapterBytes(step.weights(), { projection, replacesText }));
  return {
    steps,
    finalLoss: progress.losses.reduce((a, b) => a + b, 0) / Math.max(1, progress.losses.length),
    validation: progress.validation,
  };
}
