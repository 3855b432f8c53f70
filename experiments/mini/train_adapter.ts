/** Stage: one adapter, trained from the IPAdapter+ start on the frozen base, with validation scores on the way (Fig. 7). */
import { fold, key, readSafetensors, stream, writeSafetensors } from "../../lib/engine/mod.ts";
import { adapterParams, instructFromPlus } from "../../lib/adapter/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import { type LearningRateSchedule, train, type TrainStep } from "../../lib/training/mod.ts";
import type { Table1Task } from "../../lib/report/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { TrainReport, TrainRequest } from "../table1_stages.ts";
import { adapterBatch, type AdapterTrainingOptions, compileAdapterStep } from "./adapter_training.ts";
import { type EncodedTask, readEncodedTask } from "./encoded_task.ts";
import { MINI_INSTRUCT } from "./models.ts";
import { onDevice, sharedBank, sharedBase, sharedPlus, sharedVision } from "./shared_models.ts";
import { scoreTask } from "./score_task.ts";

const SAVE_EVERY_MS = 60_000;
/** Share of the first steps in which the learning rate rises. */
const WARMUP = 0.05;
/** Steps averaged into the reported loss. */
const LAST_STEPS = 50;

type Progress = { losses: number[]; validation: TrainReport["validation"][number][] };

/** The learning rate falls linearly to zero at the last step. */
export function adapterSchedule(steps: number, lr: number): LearningRateSchedule {
  return { kind: "linear", lr, warmup: Math.max(1, Math.round(WARMUP * steps)), total: steps };
}

const compiledSteps = new Map<string, Promise<TrainStep>>();

/** One compiled step per batch size and device, for all trainings of a process. */
function stepFor(options: AdapterTrainingOptions): Promise<TrainStep> {
  const id = `${options.batch} on ${options.compile?.device}`;
  let step = compiledSteps.get(id);
  if (!step) compiledSteps.set(id, step = compileAdapterStep(options));
  return step;
}

/** Trains one adapter; writes adapter.safetensors. */
export async function trainAdapter(
  request: TrainRequest,
  inputs: { readonly datasets: ReadonlyMap<Table1Task, StageOutput> },
  context: StageContext,
): Promise<TrainReport> {
  const { tasks, instructions, seed, steps, batch, learningRate, device } = request;
  await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const [base, plus, vision] = [await sharedBase(), await sharedPlus(), await sharedVision("encoder")];
  const data = new Map<Table1Task, EncodedTask>();
  for (const [task, output] of inputs.datasets) data.set(task, await readEncodedTask(output));
  const start = instructFromPlus(fold(key("instruct"), seed), MINI_INSTRUCT, {
    plus: plus.projection.params,
  });
  const adapter = adapterParams({ projection: start, context: plus.context });
  const step = await stepFor({
    base,
    projection: MINI_INSTRUCT,
    adapter,
    batch,
    imageShape: [visionTokens(vision.config), vision.config.hidden_size],
    compile: onDevice(device),
  });
  step.reset(adapter);
  const schedule = noiseSchedule(SD_SCHEDULE);
  const noText = base.tokenizer.encode([""]);
  const noImage = (data.get(tasks[0] as Table1Task) as EncodedTask).noImage;
  const saved = await context.loadLatestCheckpoint();
  const progress = (saved?.state ?? { losses: [], validation: [] }) as unknown as Progress;
  const validate = async (at: number) => {
    const adapter = step.weights();
    for (const task of tasks) {
      const { samples } = await scoreTask({
        ...request,
        row: "validation",
        task,
        items: request.validateItems,
        galleryItems: 0,
      }, { adapter });
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
    schedule: adapterSchedule(steps, learningRate),
    batch: (index) => {
      // The batch depends on the seed and the step alone: a resumed training sees what an undisturbed one would.
      const own = fold(key("adapter batch"), seed, index);
      const random = stream(fold(own, "items"));
      const items = Array.from({ length: batch }, () => {
        const task = data.get(random.pick(tasks)) as EncodedTask;
        return task.item(random.int(0, task.items - 1), random, instructions);
      });
      return adapterBatch(own, items, { schedule, noImage, noText });
    },
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
    context.progress(event.step, steps, "steps");
  }
  context.write(
    "adapter.safetensors",
    writeSafetensors(step.weights(), { projection: JSON.stringify(MINI_INSTRUCT) }),
  );
  return {
    steps,
    finalLoss: progress.losses.reduce((a, b) => a + b, 0) / Math.max(1, progress.losses.length),
    validation: progress.validation,
  };
}
