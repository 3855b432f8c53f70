/** A compiled training step as work: what its first steps prove, and one step as one run. */
import { host, type HostParams, leaf, type Shapes } from "../../lib/engine/mod.ts";
import { ADAMW, type TrainStep, unflattenHost } from "../../lib/training/mod.ts";
import type { OpenWork } from "../timing/work.ts";

/** Learning rate of every step; the peers' is the same. */
export const LEARNING_RATE = 1e-4;

/** Largest gradient norm in both trainings, and what clipping adds to the norm before it divides. */
const [CLIP_NORM, CLIP_EPS] = [1, 1e-6];

/**
 * The gradient of the first step as it was before clipping. AdamW starts from zero moments, so its first moment after one step is (1 − β₁)
 * times the clipped gradient; and clipping divided by the norm. The norm itself is one float32 sum over millions of squares, good to three
 * or four digits: it is compared under a bar of its own, not through every element of the gradient.
 *
 * @param moment `m` after the first step, flat.
 * @param shapes the trained weights' in the optimiser's order.
 */
function firstGradient(
  { norm, moment }: { norm: number; moment: HostParams[string] },
  shapes: Shapes,
): HostParams {
  const factor = Math.max(1, (norm + CLIP_EPS) / CLIP_NORM) / (1 - ADAMW.betas[0]);
  return unflattenHost(host(moment.data.map((value) => value * factor), moment.shape), shapes);
}

/** @param shapes the trained weights' in the order in which the step was given them. */
export function trainingWork(step: TrainStep, batch: HostParams, shapes: Shapes): OpenWork {
  let done = 0;
  let found: { loss: number; norm: number; moment: HostParams[string] } | undefined;
  const run = () => step.run(batch, { step: done++, learningRate: LEARNING_RATE });
  const first = async () => {
    const { loss, gradientNorm: norm } = await run();
    found = { loss, norm, moment: leaf(step.snapshot(), "m") };
  };
  return {
    async run() {
      await run();
    },
    first,
    async check(steps) {
      if (!found) await first();
      const { loss, norm } = found!;
      const losses = [loss];
      while (losses.length < steps) losses.push((await run()).loss);
      return { losses, norm, arrays: firstGradient(found!, shapes) };
    },
    dispose: () => step.dispose(),
  };
}
