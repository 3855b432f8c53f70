/** The training loop: batches by step number, so that a resumed training sees what an undisturbed one would have seen. */
import type { Feed, HostParams } from "../engine/mod.ts";
import { learningRate, type LearningRateSchedule } from "./learning_rate.ts";
import type { TrainStep } from "./train_step.ts";

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
