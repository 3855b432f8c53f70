/** The training loop and its learning rates: batches by step number, so that a resumed training sees what an undisturbed one would have seen. */
import type { Feed, HostParams } from "../engine/mod.ts";
import type { TrainStep } from "./train_step.ts";

/** A learning rate by step, named and valued as transformers' `get_*_schedule_with_warmup`. Every kind rises linearly from 0 in `warmup` steps. */
export type LearningRateSchedule =
  | { readonly kind: "constant"; readonly lr: number; readonly warmup: number }
  /** Falls linearly to 0 at step `total`. */
  | { readonly kind: "linear"; readonly lr: number; readonly warmup: number; readonly total: number }
  /** Half a cosine period down to 0 at step `total` (and up again afterwards, as the reference's). */
  | { readonly kind: "cosine"; readonly lr: number; readonly warmup: number; readonly total: number };

/** The rate in force during the step with index `step`, from 0. With warm-up the first step's rate is 0. */
export function learningRate(schedule: LearningRateSchedule, step: number): number {
  const { lr, warmup } = schedule;
  if (step < warmup) return lr * step / Math.max(1, warmup);
  if (schedule.kind === "constant") return lr;
  const length = Math.max(1, schedule.total - warmup);
  if (schedule.kind === "linear") return lr * Math.max(0, (schedule.total - step) / length);
  return lr * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (step - warmup) / length)));
}

/** What a training is asked to do. */
export interface TrainOptions {
  /** Number of steps of the whole training, those already done included. */
  readonly steps: number;
  /** Learning rate by step. */
  readonly schedule: LearningRateSchedule;
  /** The batch of a step: a pure function of the step number. May compute asynchronously. */
  readonly batch: (step: number) => Readonly<Record<string, Feed>> | Promise<Readonly<Record<string, Feed>>>;
  /** Snapshot to go on from, with the number of steps it has seen. */
  readonly resume?: { readonly step: number; readonly state: HostParams };
}

/** Reported after every step. */
export interface TrainEvent {
  /** Steps done so far. */
  readonly step: number;
  /** The batch's loss before the update. */
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/**
 * Trains, one event per step. The consumer may save `step.snapshot()` between events and resume from it to the same bits.
 *
 * @throws NotFiniteError when the loss is not finite, with the step and the tensor.
 */
export async function* train(step: TrainStep, options: TrainOptions): AsyncGenerator<TrainEvent> {
  const { steps, schedule, batch, resume } = options;
  if (resume) step.restore(resume.state);
  for (let index = resume?.step ?? 0; index < steps; index++) {
    const report = await step.run(await batch(index), {
      step: index,
      learningRate: learningRate(schedule, index),
    });
    yield { step: index + 1, loss: report.loss, gradientNorm: report.gradientNorm };
  }
}
