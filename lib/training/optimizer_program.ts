/**
 * The optimiser as a program of its own: mean of the shards' gradients, clipping, AdamW and the moving average of the weights, over flat
 * vectors in pieces that stay in the processor's cache.
 */
import {
  type InputSpec,
  leaf,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  type Tensor,
  tf,
} from "../engine/mod.ts";
import { adamw, type AdamWConfig, clipFactor } from "./adamw.ts";

/** Everything that a step changes: flat vectors [N], `average` only where one is kept. */
export interface FlatState {
  readonly params: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly average?: Float32Array;
}

/** What an optimiser step does. */
export interface OptimizerOptions {
  /** N, all trained numbers. */
  readonly size: number;
  /** Gradients that are averaged. */
  readonly shards: number;
  readonly optimizer: AdamWConfig;
  /** Largest global gradient norm; none if absent. */
  readonly clipNorm?: number | undefined;
  /** Whether a moving average of the weights is kept. */
  readonly averaged: boolean;
  /** What makes the program. */
  readonly engine: (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>;
}

/** A compiled optimiser. */
export interface Optimizer {
  /**
   * Writes the state after a step to `after`, from `before` and the shards' gradients [N].
   *
   * @param numbers `rates` from `adamwRates()`; `keep`, the share of the average that stays.
   * @returns the L2 norm of the mean gradient before clipping.
   */
  run(
    before: FlatState,
    after: FlatState,
    gradients: readonly Float32Array[],
    numbers: { rates: Float32Array; keep: number },
  ): Promise<number>;
  dispose(): Promise<void>;
}

/** Numbers of one piece: a megabyte. */
const PIECE = 2 ** 18;

type Named<T> = Record<string, T>;

/** Compiles the optimiser for vectors of one size. */
export async function compileOptimizer(options: OptimizerOptions): Promise<Optimizer> {
  const { size, shards, optimizer, clipNorm, averaged, engine } = options;
  const pieces = Array.from({ length: Math.ceil(size / PIECE) }, (_, i) => {
    const first = i * PIECE;
    return { first, end: Math.min(first + PIECE, size) };
  });
  const vectors = ["params", "m", "v", ...(averaged ? ["average"] : [])] as const;
  const sources = Array.from({ length: shards }, (_, shard) => `gradient${shard}`);
  const inputs: Named<InputSpec> = { rates: { shape: [3] }, ...(averaged ? { keep: { shape: [] } } : {}) };
  pieces.forEach(({ first, end }, i) => {
    for (const name of [...vectors, ...sources]) inputs[`${name}.${i}`] = { shape: [end - first] };
  });
  const program = await engine((_frozen, _state, fed) => {
    const at = (name: string, i: number) => leaf(fed, `${name}.${i}`);
    const gradients = pieces.map((_, i) =>
      sources.map((name) => at(name, i)).reduce((sum, gradient) => tf.add(sum, gradient))
    );
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.div(tf.sqrt(tf.sum(tf.stack(squares))), shards);
    const factor = clipNorm === undefined ? tf.scalar(1) : clipFactor(norm, clipNorm);
    const share = tf.div(factor, shards);
    const outputs: Named<Tensor> = { norm };
    pieces.forEach((_, i) => {
      const before = { params: at("params", i), m: at("m", i), v: at("v", i) };
      const gradient = shards === 1 && clipNorm === undefined
        ? gradients[i] as Tensor
        : tf.mul(gradients[i] as Tensor, share);
      const next = adamw(before, gradient, { rates: leaf(fed, "rates"), config: optimizer });
      for (const [name, tensor] of Object.entries(next)) outputs[`${name}.${i}`] = tensor;
      if (!averaged) return;
      const { keep } = fed as { keep: Tensor };
      outputs[`average.${i}`] = tf.add(
        tf.mul(at("average", i), keep),
        tf.mul(next.params, tf.sub(1, keep)),
      );
    });
    return { outputs };
  }, { inputs });
  const views = (named: Named<Float32Array>) => {
    const parts: Named<Float32Array> = {};
    for (const [name, vector] of Object.entries(named)) {
      pieces.forEach(({ first, end }, i) => parts[`${name}.${i}`] = vector.subarray(first, end));
    }
    return parts;
  };
  return {
    async run(before, after, gradients, { rates, keep }) {
      const { norm } = await program.run({
        ...views({ ...before }),
        ...views(Object.fromEntries(sources.map((name, shard) => [name, gradients[shard] as Float32Array]))),
        rates,
        ...(averaged ? { keep: Float32Array.of(keep) } : {}),
      }, { into: views({ ...after }) });
      return norm?.data[0] as number;
    },
    dispose: () => program.dispose(),
  };
}
