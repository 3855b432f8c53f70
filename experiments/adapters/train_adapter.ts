/** The training of an adapter at every scale: from the IPAdapter+ start on the frozen base (Sec. 3.5), with validation scores on the way (Fig. 7). */
import type { InstructResamplerConfig } from "../../lib/adapter/mod.ts";
import { fold, type HostParams, key, readSafetensors, writeSafetensors } from "../../lib/engine/mod.ts";
import {
  type AdapterItems,
  type BatchOptions,
  learningRate,
  mixedBatch,
  recipeSchedule,
  train,
  type TrainStep,
} from "../../lib/training/mod.ts";
import { endOfStep, type StageContext } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest, TrainReport, TrainRequest } from "../setting/model_requests.ts";
import type { ScoredModel } from "./score_task.ts";
import { validationPoints } from "./validation_points.ts";
import { TRAINED_ADAPTER, trainedAdapterBytes } from "./trained_adapter.ts";

/** Steps averaged into the reported loss. */
const LAST_STEPS = 50;

/** What a scale trains with. */
export interface AdapterTraining extends Omit<BatchOptions, "recipe"> {
  /** The compiled step, whatever its state. */
  readonly step: TrainStep;
  /** The weights to start from. */
  readonly start: HostParams;
  readonly projection: InstructResamplerConfig;
  /** The tasks' items, mixed evenly. */
  readonly data: readonly AdapterItems[];
  /** Seconds between two checkpoints, at least. */
  readonly saveEvery: number;
  /** Scores held-out items while it is trained. */
  score(request: ScoreRequest, model: ScoredModel): Promise<ScoreReport>;
}

type Progress = { losses: number[]; validation: TrainReport["validation"][number][] };

/** Trains one adapter; writes adapter.safetensors. */
export async function runTraining(
  request: TrainRequest,
  training: AdapterTraining,
  context: StageContext,
): Promise<TrainReport> {
  const { tasks, seed, steps, batch, recipe } = request;
  const { step, start, projection, data, saveEvery, schedule, noImage, noText } = training;
  const source = { batch, schedule, noImage, noText, recipe };
  step.reset(start);
  const saved = await context.loadLatestCheckpoint();
  const progress = (saved?.state ?? { losses: [], validation: [] }) as unknown as Progress;
  const validate = async (at: number) => {
    const adapter = step.weights();
    for (const task of tasks) {
      const report = await training.score({
        ...request,
        row: "validation",
        model: request.variant.kind === "single" ? "single" : "joint",
        task,
        items: request.validateItems,
        galleryItems: 0,
      }, { adapter, replacesText: recipe.replacesText });
      progress.validation.push(...validationPoints(report, { task, step: at }));
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
    const kept = await endOfStep(context.signal, {
      due: event.step < steps && (event.step === half || performance.now() - lastSave > 1000 * saveEvery),
      dueWhenStopping: event.step < steps,
      save: () => save(event.step),
      show: () =>
        context.progress(event.step, steps, "steps", {
          loss: event.loss,
          gradientNorm: event.gradientNorm,
          learningRate: learningRate(recipeSchedule(recipe, steps), event.step - 1),
          samples: batch,
          validation: progress.validation,
        }),
    });
    if (kept) lastSave = performance.now();
  }
  const { replacesText } = recipe;
  context.write(TRAINED_ADAPTER, trainedAdapterBytes(step.weights(), { projection, replacesText }));
  return {
    steps,
    finalLoss: progress.losses.reduce((a, b) => a + b, 0) / Math.max(1, progress.losses.length),
    validation: progress.validation,
  };
}
