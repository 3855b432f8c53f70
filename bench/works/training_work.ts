/** A compiled training step as work: what its first steps prove, and one step as one run. */
import { host, type HostParams, leaf, type Shapes } from "../../lib/engine/mod.ts";
import { ADAMW, type TrainStep, unflattenHost } from "../../lib/training/mod.ts";
import type { OpenWork } from "./work.ts";

/** Learning rate of every step; the peers' is the same. */
export const LEARNING_RATE = 1e-4;

/**
 * The clipped gradient of the first step. AdamW starts from zero moments, so its first moment after one step is (1 − β₁) g.
 *
 * @param moment `m` after the first step, flat.
 * @param shapes the trained weights' in the optimiser's order.
 */
function firstGradient(moment: HostParams[string], shapes: Shapes): HostParams {
  const share = 1 - ADAMW.betas[0];
  return unflattenHost(host(Float32Array.from(moment.data, (value) => value / share), moment.shape), shapes);
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
      const { loss, norm, moment } = found!;
      const losses = [loss];
      while (losses.length < steps) losses.push((await run()).loss);
      return { losses, norm, arrays: firstGradient(moment, shapes) };
    },
    dispose: () => step.dispose(),
  };
}
