/**
 * Measures that training needs no more memory with time: resident memory of this process in the second and in the last tenth of the steps of a
 * small compiled training step with frozen weights, AdamW, clipping and an average, its halves in two threads as trainings are. Each figure
 * is the least of ten readings of a tenth of the steps: only this thread's garbage can be collected when asked. Prints one line of JSON.
 * `deno task bench memory` runs it.
 *
 *     deno run -A --v8-flags=--expose-gc bench/memory_growth.ts 10000
 */
import { fold, host, key, leaf, linear, normal, silu, tf } from "../lib/engine/mod.ts";
import { compileTrainStep } from "../lib/training/mod.ts";

const [BATCH, WIDTH, STEPS] = [4, 256, 5000];

/** What was measured: the tenth of the steps that ends at `step`. Sizes in MB (10⁶ bytes); `growth` is a share of the earlier one. */
export interface MemoryGrowth {
  readonly early: { readonly step: number; readonly megabytes: number };
  readonly late: { readonly step: number; readonly megabytes: number };
  readonly growth: number;
}

/** Resident memory in MB, without the garbage that V8 has not yet collected. */
function resident(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().rss / 1e6;
}

async function measure(steps: number): Promise<MemoryGrowth> {
  const every = steps / 100;
  const from = key("memory");
  const matrix = (name: string) =>
    host(normal(fold(from, name), WIDTH * WIDTH, { std: 1 / 16 }), [WIDTH, WIDTH]);
  const step = await compileTrainStep({
    frozen: { "first.weight": matrix("first"), "last.weight": matrix("last") },
    trainable: { weight: matrix("trained") },
    inputs: { x: { shape: [BATCH, WIDTH] }, y: { shape: [BATCH, WIDTH] } },
    clipNorm: 1,
    emaDecay: 0.999,
    separable: true,
    loss: (p, frozen, { x, y }) => {
      const hidden = silu(linear(silu(linear(x!, leaf(frozen, "first.weight"))), leaf(p, "weight")));
      const prediction = linear(hidden, leaf(frozen, "last.weight"));
      return { loss: tf.mean(tf.square(tf.sub(prediction, y!))), aux: { prediction } };
    },
  });
  const readings: number[] = [];
  for (let i = 0; i < steps; i++) {
    const x = normal(fold(from, "x", i), BATCH * WIDTH);
    await step.run({ x, y: x.toReversed() }, { step: i, learningRate: 1e-3 });
    if (Math.floor((i + 1) / every) > readings.length) readings.push(resident());
  }
  await step.dispose();
  const least = (from: number) => Math.min(...readings.slice(from, from + 10));
  const [early, late] = [least(10), least(90)];
  return {
    early: { step: Math.round(20 * every), megabytes: early },
    late: { step: steps, megabytes: late },
    growth: late / early - 1,
  };
}

if (import.meta.main) console.log(JSON.stringify(await measure(Number(Deno.args[0] ?? STEPS))));
