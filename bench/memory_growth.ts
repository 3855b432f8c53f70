/**
 * Measures that training needs no more memory with time: resident memory of this process after a tenth and after all of the steps of a
 * small compiled training step with frozen weights, AdamW, clipping and an average, garbage collected before each. Prints one line of JSON.
 * `deno task bench memory` runs it.
 *
 *     deno run -A --v8-flags=--expose-gc bench/memory_growth.ts 10000
 */
import { fold, host, key, leaf, linear, normal, silu, tf } from "../lib/engine/mod.ts";
import { compileTrainStep } from "../lib/training/mod.ts";

const [BATCH, WIDTH, STEPS] = [4, 256, 5000];

/** What was measured. Sizes in MB (10⁶ bytes); `growth` is a share of the earlier one. */
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
  const [first, last] = [Math.floor(steps / 10), steps];
  const from = key("memory");
  const matrix = (name: string) =>
    host(normal(fold(from, name), WIDTH * WIDTH, { std: 1 / 16 }), [WIDTH, WIDTH]);
  const step = await compileTrainStep({
    frozen: { "first.weight": matrix("first"), "last.weight": matrix("last") },
    trainable: { weight: matrix("trained") },
    inputs: { x: { shape: [BATCH, WIDTH] }, y: { shape: [BATCH, WIDTH] } },
    clipNorm: 1,
    emaDecay: 0.999,
    compile: { threads: 1 },
    loss: (p, frozen, { x, y }) => {
      const hidden = silu(linear(silu(linear(x!, leaf(frozen, "first.weight"))), leaf(p, "weight")));
      const prediction = linear(hidden, leaf(frozen, "last.weight"));
      return { loss: tf.mean(tf.square(tf.sub(prediction, y!))), aux: { prediction } };
    },
  });
  const megabytes: Record<number, number> = {};
  for (let i = 0; i < last; i++) {
    const x = normal(fold(from, "x", i), BATCH * WIDTH);
    await step.run({ x, y: x.toReversed() }, { step: i, learningRate: 1e-3 });
    if (i + 1 === first || i + 1 === last) megabytes[i + 1] = resident();
  }
  await step.dispose();
  const [early, late] = [megabytes[first] ?? NaN, megabytes[last] ?? NaN];
  return {
    early: { step: first, megabytes: early },
    late: { step: last, megabytes: late },
    growth: late / early - 1,
  };
}

if (import.meta.main) console.log(JSON.stringify(await measure(Number(Deno.args[0] ?? STEPS))));
