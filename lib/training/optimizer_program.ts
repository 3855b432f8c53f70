/**
 * The optimiser as a program of its own: mean of the shards' gradients, clipping, AdamW, Muon and the moving average of the weights, over flat
 * vectors: AdamW's numbers in pieces that stay in the processor's cache, Muon's in stacks of matrices of one shape.
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
import { adamw, clipFactor } from "./adamw.ts";
import { muon } from "./muon.ts";
import type { OptimizerConfig } from "./optimizer_config.ts";
import type { ParameterLayout } from "./flat_parameters.ts";

/** Everything that a step changes: flat vectors [N], `v` of AdamW's numbers alone, `average` only where one is kept. */
export interface FlatState {
  readonly params: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly average?: Float32Array;
}

/** What an optimiser step does. */
export interface OptimizerOptions {
  /** Where AdamW's and Muon's numbers lie in the vectors. */
  readonly layout: Pick<ParameterLayout, "adamwSize" | "stacks">;
  /** Gradients that are averaged. */
  readonly shards: number;
  readonly optimizer: OptimizerConfig;
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
   * @param numbers `rates` from `adamwRates()`; `muonRate`, Muon's learning rate, where there is Muon; `keep`, the share of the average that stays.
   * @returns the L2 norm of the mean gradient before clipping.
   */
  run(
    before: FlatState,
    after: FlatState,
    gradients: readonly Float32Array[],
    numbers: { rates: Float32Array; muonRate?: number; keep: number },
  ): Promise<number>;
  dispose(): Promise<void>;
}

/** Numbers of one piece: a megabyte. */
const PIECE = 2 ** 18;

type Named<T> = Record<string, T>;

/** Numbers that are updated together. */
interface Piece {
  readonly rule: "adamw" | "muon";
  readonly first: number;
  readonly end: number;
  /** [end − first], or [count rows columns]. */
  readonly shape: readonly number[];
}

function piecesOf({ adamwSize, stacks }: OptimizerOptions["layout"]): Piece[] {
  const flat = Array.from({ length: Math.ceil(adamwSize / PIECE) }, (_, i): Piece => {
    const first = i * PIECE;
    const end = Math.min(first + PIECE, adamwSize);
    return { rule: "adamw", first, end, shape: [end - first] };
  });
  const matrices = stacks.map(({ first, count, rows, columns }): Piece => {
    return { rule: "muon", first, end: first + count * rows * columns, shape: [count, rows, columns] };
  });
  return [...flat, ...matrices];
}

/**
 * Compiles the optimiser for vectors of one layout.
 *
 * @throws RangeError when the layout has matrices for Muon and the optimiser is AdamW alone.
 */
export async function compileOptimizer(options: OptimizerOptions): Promise<Optimizer> {
  const { layout, shards, optimizer, clipNorm, averaged, engine } = options;
  if (layout.stacks.length > 0 && optimizer.kind !== "muon") {
    throw new RangeError(
      `An optimiser of kind "${optimizer.kind}" updates no matrices, got a layout with some`,
    );
  }
  const pieces = piecesOf(layout);
  const shared = ["params", "m", ...(averaged ? ["average"] : [])];
  const vectors = { adamw: ["params", "m", "v", ...shared.slice(2)], muon: shared };
  const sources = Array.from({ length: shards }, (_, shard) => `gradient${shard}`);
  const inputs: Named<InputSpec> = {
    rates: { shape: [3] },
    ...(layout.stacks.length > 0 ? { muonRate: { shape: [] } } : {}),
    ...(averaged ? { keep: { shape: [] } } : {}),
  };
  pieces.forEach(({ rule, shape }, i) => {
    for (const name of [...vectors[rule], ...sources]) inputs[`${name}.${i}`] = { shape };
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
    pieces.forEach(({ rule }, i) => {
      const gradient = shards === 1 && clipNorm === undefined
        ? gradients[i] as Tensor
        : tf.mul(gradients[i] as Tensor, share);
      const before = { params: at("params", i), m: at("m", i) };
      const next = rule === "muon" && optimizer.kind === "muon"
        ? muon(before, gradient, { rate: leaf(fed, "muonRate"), config: optimizer.muon })
        : adamw({ ...before, v: at("v", i) }, gradient, {
          rates: leaf(fed, "rates"),
          config: optimizer.adamw,
        });
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
      pieces.forEach(({ rule, first, end }, i) => {
        if (name !== "v" || rule === "adamw") parts[`${name}.${i}`] = vector.subarray(first, end);
      });
    }
    return parts;
  };
  return {
    async run(before, after, gradients, { rates, muonRate, keep }) {
      const { norm } = await program.run({
        ...views({ ...before }),
        ...views(Object.fromEntries(sources.map((name, shard) => [name, gradients[shard] as Float32Array]))),
        rates,
        ...(muonRate === undefined ? {} : { muonRate: Float32Array.of(muonRate) }),
        ...(averaged ? { keep: Float32Array.of(keep) } : {}),
      }, { into: views({ ...after }) });
      return norm?.data[0] as number;
    },
    dispose: () => program.dispose(),
  };
}
