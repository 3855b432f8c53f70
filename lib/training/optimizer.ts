/**
 * The optimiser: mean of the shards' gradients, clipping, AdamW, Muon and the moving average of the weights, over flat vectors and in place.
 * Muon's products are a compiled program over stacks of matrices of one shape; everything else is loops.
 */
import {
  type InputSpec,
  leaf,
  type Params,
  type Program,
  type ProgramFunction,
  type ProgramParts,
} from "../engine/mod.ts";
import { adamw, clipFactor } from "./adamw.ts";
import type { ParameterLayout } from "./flat_parameters.ts";
import { muon } from "./muon.ts";
import type { MuonConfig, OptimizerConfig } from "./optimizer_config.ts";
import { follow, meanGradient } from "./update_kernel.ts";

/** Everything that a step changes, in place: flat vectors [N], `v` of AdamW's numbers alone, `average` only where one is kept. */
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
  readonly optimizer: OptimizerConfig;
  /** Largest global gradient norm; none if absent. */
  readonly clipNorm?: number | undefined;
  /** What makes Muon's program. */
  readonly engine: (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>;
}

/** An optimiser, ready to run. */
export interface Optimizer {
  /**
   * Makes one step: changes the state, unless the gradient is not finite.
   *
   * @param gradients of the shards, each [N]; the first one's memory is used up.
   * @param options.step counted from 1.
   * @param options.keep the share of the average that stays.
   * @returns the L2 norm of the mean gradient before clipping.
   */
  run(
    state: FlatState,
    gradients: readonly [Float32Array, ...Float32Array[]],
    options: { step: number; learningRate: number; keep: number },
  ): Promise<number>;
  dispose(): Promise<void>;
}

/** Muon's step of every stack: new parameters and momentum, from old ones, scaled gradients and the learning rate. */
function muonProgram(
  { layout: { stacks }, engine }: OptimizerOptions,
  config: MuonConfig,
): Promise<Program> {
  const inputs: Record<string, InputSpec> = { rate: { shape: [] } };
  stacks.forEach(({ count, rows, columns }, i) => {
    for (const name of ["params", "m", "gradient"]) {
      inputs[`${name}.${i}`] = { shape: [count, rows, columns] };
    }
  });
  return engine((_frozen, _state, fed) => {
    const outputs: Params = {};
    stacks.forEach((_, i) => {
      const before = { params: leaf(fed, `params.${i}`), m: leaf(fed, `m.${i}`) };
      const after = muon(before, leaf(fed, `gradient.${i}`), { rate: leaf(fed, "rate"), config });
      for (const [name, tensor] of Object.entries(after)) outputs[`${name}.${i}`] = tensor;
    });
    return { outputs };
  }, { inputs });
}

/**
 * Makes the optimiser for vectors of one layout.
 *
 * @throws RangeError when the layout has matrices for Muon and the optimiser is AdamW alone.
 */
export async function compileOptimizer(options: OptimizerOptions): Promise<Optimizer> {
  const { layout: { adamwSize, stacks }, optimizer, clipNorm } = options;
  if (stacks.length > 0 && optimizer.kind !== "muon") {
    throw new RangeError(
      `An optimiser of kind "${optimizer.kind}" updates no matrices, got a layout with some`,
    );
  }
  const program = stacks.length > 0 && optimizer.kind === "muon"
    ? await muonProgram(options, optimizer.muon)
    : undefined;

  /** What Muon's step gives, in memory of the program's own. */
  async function muonStep({ params, m }: FlatState, gradient: Float32Array, learningRate: number) {
    if (!program || optimizer.kind !== "muon") return {};
    const feeds: Record<string, Float32Array> = { rate: Float32Array.of(learningRate * optimizer.muonRate) };
    stacks.forEach(({ first, count, rows, columns }, i) => {
      const end = first + count * rows * columns;
      for (const [name, vector] of Object.entries({ params, m, gradient })) {
        feeds[`${name}.${i}`] = vector.subarray(first, end);
      }
    });
    return await program.run(feeds);
  }

  return {
    async run(state, gradients, { step, learningRate, keep }) {
      const { params, m, v, average } = state;
      const [gradient] = gradients;
      const size = params.length;
      const norm = Math.sqrt(meanGradient(gradients));
      if (!Number.isFinite(norm)) return norm;
      const factor = clipNorm === undefined ? 1 : clipFactor(norm, clipNorm);
      for (let i = adamwSize; i < size; i++) gradient[i]! *= factor;
      const matrices = await muonStep(state, gradient, learningRate);
      // From here on nothing waits, so that nobody sees half a step.
      stacks.forEach(({ first }, i) => {
        params.set(leaf(matrices, `params.${i}`).data, first);
        m.set(leaf(matrices, `m.${i}`).data, first);
      });
      const own = { params: params.subarray(0, adamwSize), m: m.subarray(0, adamwSize), v };
      adamw(own, gradient.subarray(0, adamwSize), { step, learningRate, config: optimizer.adamw, factor });
      if (average) follow(average, params, keep);
      return norm;
    },
    async dispose() {
      await program?.dispose();
    },
  };
}
