/**
 * One optimiser step as one compiled program: loss, gradients, clipping, AdamW and the moving average of the weights run in a single graph.
 * Trained weights are one flat vector, so state is four arrays whatever the model; frozen weights are constants of the graph.
 */
import {
  compile,
  type CompileOptions,
  type Feed,
  type HostArray,
  type HostParams,
  type InputSpec,
  leaf,
  type Params,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  type Shapes,
  type Tensor,
  tf,
  valueAndGradients,
} from "../engine/mod.ts";
import { ADAMW, adamw, type AdamWConfig, adamwRates, clipByGlobalNorm } from "./adamw.ts";
import { flatten, flattenHost, unflatten, unflattenHost } from "./flat_parameters.ts";

/** A scalar loss and whatever else a step should report. */
export interface LossResult {
  /** The scalar to minimise. */
  readonly loss: Tensor;
  /** Further tensors to report, by name. */
  readonly aux?: Params;
}

/** What is trained and how. */
export interface TrainStepOptions {
  /** Weights that stay as they are; constants of the graph. */
  readonly frozen: HostParams;
  /** Weights to train, with their initial values. */
  readonly trainable: HostParams;
  /** The batch's arrays. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** The loss of one batch, a pure function of weights and inputs. */
  readonly loss: (trained: Params, frozen: Params, inputs: Params) => LossResult;
  /** AdamW's constants; {@link ADAMW} if absent. */
  readonly optimizer?: AdamWConfig;
  /** Largest global gradient norm; none if absent. */
  readonly clipNorm?: number;
  /** Decay of the exponential moving average of the weights; none if absent. */
  readonly emaDecay?: number;
  /** Device, threads and passes of the compiled step. */
  readonly compile?: CompileOptions;
  /** What makes a program of the step, to run it on another engine; `compile()` if absent. */
  readonly engine?: (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>;
}

/** What one step reports. */
export interface StepReport {
  /** The batch's loss before the update. */
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** What the loss returned as `aux`; reused by the next step. */
  readonly aux: HostParams;
}

/** A compiled step with its state. */
export interface TrainStep {
  /**
   * Runs step number `step`, counted from 0.
   *
   * @throws RangeError when the loss or the gradient is not finite; the state before this step is kept.
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

function finite(outputs: HostParams): boolean {
  return ["loss", "norm"].every((name) => Number.isFinite(leaf(outputs, name).data[0]));
}

/** Compiles a training step. */
export async function compileTrainStep(options: TrainStepOptions): Promise<TrainStep> {
  const { frozen, trainable, inputs, loss, optimizer = ADAMW, clipNorm, emaDecay } = options;
  const shapes: Shapes = Object.fromEntries(
    Object.entries(trainable).map(([name, array]) => [name, array.shape]),
  );
  const start = flattenHost(trainable, shapes);
  const zeros = (): HostArray => ({ ...start, data: new Float32Array(start.data.length) });
  const state: HostParams = {
    params: start,
    m: zeros(),
    v: zeros(),
    ...(emaDecay === undefined ? {} : { average: start }),
  };
  const engine = options.engine ?? ((fn, parts) => compile(fn, parts, options.compile));
  const program = await engine((fixed, before, fed) => {
    const { "optimizer.rates": rates, "optimizer.average": keep, ...batch } = fed;
    const trained = unflatten(leaf(before, "params"), shapes);
    const result = valueAndGradients((p) => loss(p, fixed, batch), trained);
    const raw = flatten(result.grads, shapes);
    const clipped = clipNorm === undefined ? undefined : clipByGlobalNorm(raw, clipNorm);
    const norm = clipped?.norm ?? tf.sqrt(tf.sum(tf.square(raw)));
    const { params, m, v } = before as Record<"params" | "m" | "v", Tensor>;
    const next = adamw({ params, m, v }, clipped?.gradient ?? raw, {
      rates: rates as Tensor,
      config: optimizer,
    });
    const average = before.average && keep
      ? { average: tf.add(tf.mul(before.average, keep), tf.mul(next.params, tf.sub(1, keep))) }
      : {};
    const aux = Object.fromEntries(
      Object.entries(result.aux).map(([name, tensor]) => [`aux:${name}`, tensor]),
    );
    return {
      state: { ...next, ...average } as unknown as Params,
      outputs: { loss: result.loss, norm, ...aux },
    };
  }, {
    frozen,
    state,
    inputs: {
      ...inputs,
      "optimizer.rates": { shape: [3] },
      ...(emaDecay === undefined ? {} : { "optimizer.average": { shape: [] } }),
    },
  });

  return {
    async run(batch, { step, learningRate }) {
      const outputs = await program.run({
        ...batch,
        "optimizer.rates": adamwRates(step + 1, { learningRate, config: optimizer }),
        ...(emaDecay === undefined
          ? {}
          : { "optimizer.average": Float32Array.of(averageDecay(emaDecay, step)) }),
      }, { accept: finite });
      const value = leaf(outputs, "loss").data[0] as number;
      const gradientNorm = leaf(outputs, "norm").data[0] as number;
      if (!finite(outputs)) {
        throw new RangeError(
          `Training stopped at step ${step}: expected a finite loss and gradient, got loss ${value}, gradient norm ${gradientNorm}`,
        );
      }
      const aux = Object.fromEntries(
        Object.entries(outputs).filter(([name]) => name.startsWith("aux:")).map((
          [name, array],
        ) => [name.slice(4), array]),
      );
      return { loss: value, gradientNorm, aux };
    },
    weights() {
      const now = program.readState();
      return unflattenHost(now.average ?? leaf(now, "params"), shapes);
    },
    reset(fresh) {
      const params = flattenHost(fresh, shapes);
      program.writeState({
        params,
        m: zeros(),
        v: zeros(),
        ...(emaDecay === undefined ? {} : { average: params }),
      });
    },
    snapshot: () => program.readState(),
    restore: (snapshot) => program.writeState(snapshot),
    dispose: () => program.dispose(),
  };
}
