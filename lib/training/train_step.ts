/**
 * One training step: loss and gradients are a compiled program; clipping, AdamW or Muon and the moving average of the weights follow in place.
 * Trained weights are one flat vector, so state is four arrays whatever the model; frozen weights are constants of the graph.
 *
 * Where the loss is separable, each half of a batch goes through a graph of its own in a thread of its own, and the optimiser takes the mean of their
 * gradients.
 */
import {
  brokenTensor,
  compile,
  type CompileOptions,
  compilePair,
  divides,
  type Feed,
  host,
  type HostArray,
  type HostParams,
  type InputSpec,
  leaf,
  NotFiniteError,
  type Params,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  type Shapes,
  shardCount,
  shardOf,
  shardSpec,
  type Tensor,
  tf,
  valueAndGradients,
  type Weights,
} from "../engine/mod.ts";
import { flatten, flattenHost, unflatten, unflattenHost } from "./flat_parameters.ts";
import { compileOptimizer, type FlatState } from "./optimizer.ts";
import { ADAMW_OPTIMIZER, type OptimizerConfig } from "./optimizer_config.ts";
import { parameterLayout } from "./flat_parameters.ts";

/** A scalar loss and whatever else a step should report. */
export interface LossResult {
  /** The scalar to minimise. */
  readonly loss: Tensor;
  /** Further tensors to report, by name; "gradient" and "loss" are the step's own. */
  readonly aux?: Params;
}

/** What a gradient program gives itself; all else that it gives is what the loss reports. */
const OWN_OUTPUTS: readonly string[] = ["gradient", "loss"];

/** Factor of the loss while gradients are computed in half precision, which has no numbers below 6e-8; a power of two, so that it rounds nothing. */
const LOSS_SCALE = 2 ** 12;

/** What is trained and how. */
export interface TrainStepOptions {
  /** Weights that stay as they are; constants of the graph. */
  readonly frozen: Readonly<Weights>;
  /** Weights to train, with their initial values. */
  readonly trainable: HostParams;
  /** The batch's arrays. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** The loss of one batch, a pure function of weights and inputs. */
  readonly loss: (trained: Params, frozen: Params, inputs: Params) => LossResult;
  /** How weights are updated; {@link ADAMW_OPTIMIZER} if absent. */
  readonly optimizer?: OptimizerConfig;
  /** Trained weights that Muon leaves to AdamW though they are matrices: first and last layers, time layers, embeddings. */
  readonly outer?: readonly string[];
  /** Largest global gradient norm; none if absent. */
  readonly clipNorm?: number;
  /** Decay of the exponential moving average of the weights; none if absent. */
  readonly emaDecay?: number;
  /** Device, threads and passes of the compiled step; its precision is that of loss and gradients alone, weights and moments are float32. */
  readonly compile?: CompileOptions;
  /**
   * True when the loss is a mean over samples and every input's first side is the batch: halves of an even batch may then run side by
   * side, a thread each.
   */
  readonly separable?: boolean;
  /**
   * Parts that a batch is run in, one after the other, their gradients added up for one update (1): memory is that of a part. Needs a
   * separable loss and inputs whose first side it divides.
   */
  readonly accumulate?: number;
  /** What makes the programs of loss, gradients and Muon, to run them on another engine (never in halves); `compile()` if absent. */
  readonly engine?: (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>;
}

/** What one step reports. */
export interface StepReport {
  /** The batch's loss before the update. */
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** What the loss returned as `aux`; reused by the next step. Scalars of a batch's parts are averaged, arrays concatenated along their first side. */
  readonly aux: HostParams;
}

/** A compiled step with its state. */
export interface TrainStep {
  /**
   * Runs step number `step`, counted from 0.
   *
   * @throws NotFiniteError naming the tensor when the loss or the gradient is not finite; the state before this step is kept.
   */
  run(
    batch: Readonly<Record<string, Feed>>,
    options: { step: number; learningRate: number },
  ): Promise<StepReport>;
  /** The trained weights; with an average, the averaged ones. */
  weights(): HostParams;
  /** Starts over from other weights of the same shapes, with fresh moments: one compiled step serves many trainings. */
  reset(trainable: HostParams): void;
  /** Everything a resumed training needs. */
  snapshot(): HostParams;
  /** Goes back to a snapshot of this or an equally made step. */
  restore(snapshot: HostParams): void;
  /** Frees native memory. */
  dispose(): Promise<void>;
}

/** Average of the first steps: a fresh average forgets its start faster. */
function averageDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

function shardsOf({ engine, separable, compile, inputs, accumulate = 1 }: TrainStepOptions): 1 | 2 {
  const shards = separable && !engine ? shardCount(compile) : 1;
  return divides(Object.values(inputs), shards * accumulate) ? shards : 1;
}

/** @throws RangeError unless a batch can be run in so many parts. */
function checkAccumulate({ accumulate = 1, separable = false, inputs }: TrainStepOptions): void {
  if (accumulate === 1) return;
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw new RangeError(`A step needs a whole number of parts to accumulate, got ${accumulate}`);
  }
  if (!separable) {
    throw new RangeError(
      `A step in ${accumulate} parts needs a loss that is a mean over samples, got another`,
    );
  }
  for (const [name, { shape }] of Object.entries(inputs)) {
    if (divides([{ shape }], accumulate)) continue;
    throw new RangeError(
      `A step in ${accumulate} parts needs inputs whose first side it divides, got "${name}" of [${shape}]`,
    );
  }
}

/** Adds up the gradients of a batch's parts, a vector for each shard. */
function gradientSums(size: number, shards: number) {
  const sums = Array.from({ length: shards }, () => new Float32Array(size));
  return {
    add(shard: number, gradient: Float32Array, first: boolean): void {
      const sum = sums[shard] as Float32Array;
      if (first) sum.set(gradient);
      else for (let i = 0; i < size; i++) sum[i]! += gradient[i]!;
    },
    /** The means over `count` parts, in the form of a program's outputs. */
    means(count: number): HostParams[] {
      for (const sum of sums) for (let i = 0; i < size; i++) sum[i]! /= count;
      return sums.map((sum) => ({ gradient: host(sum, [size]) }));
    },
  };
}

/** Where the shards' programs run. */
async function gradientPrograms(
  options: TrainStepOptions,
  fn: ProgramFunction,
  parts: ProgramParts,
): Promise<Program[]> {
  const { engine } = options;
  if (engine) return [await engine(fn, parts)];
  if (shardsOf(options) === 1) return [await compile(fn, parts, options.compile)];
  return await compilePair(fn, parts, options.compile);
}

/** Part `shard` of every array of a batch; views, no copies. */
function shardOfBatch(
  batch: Readonly<Record<string, Feed>>,
  shard: number,
  shards: number,
): Record<string, Feed> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, feed]) => [
      name,
      shardOf((ArrayBuffer.isView(feed) ? feed : feed.data) as Float32Array, shard, shards),
    ]),
  );
}

/** Scalars are averaged over shards, arrays stand one after the other. */
function concatenated(name: string, parts: readonly HostParams[]): HostArray {
  const arrays = parts.map((part) => leaf(part, name));
  const [first] = arrays as [HostArray];
  if (arrays.length === 1) return first;
  const { shape: [side, ...rest] } = first;
  if (side === undefined) {
    const mean = arrays.reduce((sum, { data }) => sum + (data[0] as number), 0) / arrays.length;
    return { ...first, data: Float32Array.of(mean) };
  }
  const data = new Float32Array(first.data.length * arrays.length);
  arrays.forEach((array, i) => data.set(array.data, i * first.data.length));
  return { ...first, shape: [side * arrays.length, ...rest], data };
}

/** A clause that names what made a step's loss or gradient not finite: an input, a weight, else the gradient's own first tensor. */
function notFiniteCause({ batch, frozen, trained, parts, shapes }: {
  batch: Readonly<Record<string, Feed>>;
  frozen: Readonly<Weights>;
  trained: HostParams;
  parts: readonly HostParams[];
  shapes: Shapes;
}): string {
  const fed = Object.fromEntries(
    Object.entries(batch).map((
      [name, feed],
    ) => [name, ArrayBuffer.isView(feed) ? host(feed, [feed.length]) : feed]),
  );
  for (
    const [what, tensors] of Object.entries({ "input": fed, "frozen weight": frozen, "weight": trained })
  ) {
    const broken = brokenTensor(tensors);
    if (broken) return `: the ${what} ${broken}`;
  }
  for (const part of parts) {
    const gradient = leaf(part, "gradient");
    const broken = brokenTensor(
      unflattenHost(host(gradient.data as Float32Array, [gradient.data.length]), shapes),
    );
    if (broken) return `: the gradient of ${broken}`;
  }
  return "";
}

/** Compiles a training step. */
export async function compileTrainStep(options: TrainStepOptions): Promise<TrainStep> {
  const { frozen, trainable, inputs, loss, optimizer = ADAMW_OPTIMIZER, outer = [], clipNorm, emaDecay } =
    options;
  checkAccumulate(options);
  const { accumulate = 1 } = options;
  const shards = shardsOf(options);
  const given: Shapes = Object.fromEntries(
    Object.entries(trainable).map(([name, array]) => [name, array.shape]),
  );
  const layout = parameterLayout(given, { optimizer, outer });
  const { shapes } = layout;
  const start = flattenHost(trainable, shapes).data as Float32Array;
  const size = start.length;
  const averaged = emaDecay !== undefined;
  const begin = (params: Float32Array): FlatState => ({
    params: params.slice(),
    m: new Float32Array(size),
    v: new Float32Array(layout.adamwSize),
    ...(averaged ? { average: params.slice() } : {}),
  });
  let current = begin(start);

  const lossScale = options.engine === undefined && options.compile?.precision === "half" ? LOSS_SCALE : 1;
  const scaled = (x: Tensor, factor: number) => factor === 1 ? x : tf.mul(x, factor);
  const programs = await gradientPrograms(options, (fixed, _state, { params, ...batch }) => {
    const trained = unflatten(params as Tensor, shapes);
    const result = valueAndGradients((p) => {
      const found = loss(p, fixed, batch);
      return { ...found, loss: scaled(found.loss, lossScale) };
    }, trained);
    const clash = OWN_OUTPUTS.find((name) => Object.hasOwn(result.aux, name));
    if (clash) throw new RangeError(`A loss needs other names for what it reports, got "${clash}"`);
    return {
      outputs: {
        gradient: scaled(flatten(result.grads, shapes), 1 / lossScale),
        loss: scaled(result.loss, 1 / lossScale),
        ...result.aux,
      },
    };
  }, {
    frozen,
    inputs: {
      params: { shape: [size] },
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, spec]) => [name, shardSpec(spec, shards * accumulate)]),
      ),
    },
  });
  const updater = await compileOptimizer({
    layout,
    optimizer,
    clipNorm,
    engine: options.engine ??
      ((fn, parts) => compile(fn, parts, { ...options.compile, precision: "float32" })),
  });

  /** Runs all shards of a batch, or of a part of one. */
  async function shardsOfPart(batch: Readonly<Record<string, Feed>>): Promise<HostParams[]> {
    // The second shard is sent off first: this thread is busy until its own is done.
    const others = programs.slice(1).map((program, i) =>
      program.run({ params: current.params, ...shardOfBatch(batch, i + 1, shards) })
    );
    const own = (programs[0] as Program).run({ params: current.params, ...shardOfBatch(batch, 0, shards) });
    return await Promise.all([own, ...others]);
  }

  const sums = accumulate === 1 ? undefined : gradientSums(size, shards);

  /** The shards' gradients of a batch, and what they report, part after part: those of one part in the case of one. */
  async function gradientsOf(
    batch: Readonly<Record<string, Feed>>,
  ): Promise<{ gradients: readonly HostParams[]; parts: readonly HostParams[] }> {
    if (!sums) {
      const parts = await shardsOfPart(batch);
      return { gradients: parts, parts };
    }
    const parts: HostParams[] = [];
    for (let i = 0; i < accumulate; i++) {
      const found = await shardsOfPart(shardOfBatch(batch, i, accumulate));
      found.forEach((part, shard) => {
        sums.add(shard, leaf(part, "gradient").data as Float32Array, i === 0);
        // A program's outputs are its own again with the next part.
        parts.push(Object.fromEntries(
          Object.entries(part).filter(([name]) => name !== "gradient")
            .map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
        ));
      });
    }
    return { gradients: sums.means(accumulate), parts };
  }

  return {
    async run(batch, { step, learningRate }) {
      const { gradients, parts } = await gradientsOf(batch);
      const value = concatenated("loss", parts).data[0] as number;
      const shardGradients = gradients.map((part) => leaf(part, "gradient").data as Float32Array);
      const gradientNorm = Number.isFinite(value)
        ? await updater.run(current, shardGradients as [Float32Array, ...Float32Array[]], {
          step: step + 1,
          learningRate,
          keep: averageDecay(emaDecay ?? 0, step),
        })
        : NaN;
      if (!Number.isFinite(gradientNorm)) {
        const cause = notFiniteCause({
          batch,
          frozen,
          trained: unflattenHost(host(current.params, [size]), shapes),
          parts: gradients,
          shapes,
        });
        throw new NotFiniteError(
          `Training stopped at step ${step}: expected a finite loss and gradient, got loss ${value}, gradient norm ${gradientNorm}${cause}`,
        );
      }
      const names = Object.keys(parts[0] as HostParams).filter((name) => !OWN_OUTPUTS.includes(name));
      const aux = Object.fromEntries(names.map((name) => [name, concatenated(name, parts)]));
      return { loss: value, gradientNorm, aux };
    },
    weights() {
      const found = unflattenHost(host(current.average ?? current.params, [size]), shapes);
      return Object.fromEntries(Object.keys(given).map((name) => [name, leaf(found, name)]));
    },
    reset(fresh) {
      current = begin(flattenHost(fresh, shapes).data as Float32Array);
    },
    snapshot: () =>
      Object.fromEntries(
        Object.entries(current).map((
          [name, data]: [string, Float32Array],
        ) => [name, host(data.slice(), [data.length])]),
      ),
    restore(snapshot) {
      for (const [name, vector] of Object.entries(current) as [string, Float32Array][]) {
        const { data } = leaf(snapshot, name);
        if (data.length !== vector.length) {
          throw new RangeError(`Restoring "${name}" needs ${vector.length} numbers, got ${data.length}`);
        }
        vector.set(data);
      }
    },
    async dispose() {
      for (const program of programs) await program.dispose();
      await updater.dispose();
    },
  };
}
