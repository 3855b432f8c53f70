/** What a parity case needs to be computed: a function from the case to tensors under the names of the expected ones. */
import {
  compile,
  eager,
  type HostArray,
  type HostParams,
  type InputSpec,
  type Params,
  prefixed,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  type Tensor,
  tf,
  valueAndGradients,
} from "../../lib/engine/mod.ts";
import type { Comparison, GoldenCase, Values } from "../../lib/golden/mod.ts";

/** Engines that parity can be checked on. */
export const ENGINES = ["compiled", "cpu"] as const;
/** Name of an engine. */
export type EngineName = typeof ENGINES[number];

/** What a runner computed: tensors under their expected names, and checks of another kind. */
export interface Computed {
  readonly tensors: Readonly<Record<string, Values>>;
  readonly checks?: readonly Comparison[];
}

/** Computes one case on an engine. */
export type CaseRunner = (golden: GoldenCase, engine: EngineName) => Promise<Computed>;

/** Builds a program on the engine. */
export function build(fn: ProgramFunction, parts: ProgramParts, engine: EngineName): Promise<Program> {
  return engine === "compiled" ? compile(fn, parts) : eager(fn, parts, { backend: engine });
}

/** Specs of inputs, from their values. */
function specsOf(inputs: HostParams): Record<string, InputSpec> {
  return Object.fromEntries(
    Object.entries(inputs).map((
      [name, { dtype, shape }],
    ) => [name, { dtype: dtype === "int32" ? "int32" : "float32", shape }]),
  );
}

function copied(arrays: HostParams): Record<string, HostArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
  );
}

/** A model's part of a case: from weights and inputs to named outputs, and the scalar whose gradients are expected. */
export interface ModelRun {
  readonly weights: HostParams;
  readonly inputs: HostParams;
  /** Outputs under the names behind "outputs.". */
  readonly forward: (weights: Params, inputs: Params) => Params;
  /** The scalar whose gradients the case expects, from the same call's outputs. */
  readonly scalar?: (outputs: Params, inputs: Params) => Tensor;
}

/** Runs a model once, with gradients of all leaves (`weights.NAME`, `inputs.NAME`) that the case expects one for. */
export async function runModel(
  golden: GoldenCase,
  run: ModelRun,
  engine: EngineName,
): Promise<Record<string, Values>> {
  const { weights, inputs, forward, scalar } = run;
  const wanted = scalar
    ? Object.keys(golden.expected).filter((name) => name.startsWith("grads.")).map((name) =>
      name.slice("grads.".length)
    )
    : [];
  const program: ProgramFunction = (frozen, state, fed) => {
    const all = { ...prefixed({ ...frozen, ...state }, "weights"), ...prefixed(fed, "inputs") };
    const call = (leaves: Params): { loss: Tensor; aux: Params } => {
      const now: Params = { ...all, ...leaves };
      const [ownWeights, ownInputs] = [strip(now, "weights."), strip(now, "inputs.")];
      const outputs = forward(ownWeights, ownInputs);
      return { loss: scalar?.(outputs, ownInputs) ?? tf.scalar(0), aux: outputs };
    };
    if (!scalar || wanted.length === 0) return { outputs: prefixed(call({}).aux, "outputs") };
    const leaves = Object.fromEntries(wanted.map((name) => [name, all[name] as Tensor]));
    const { grads, aux } = valueAndGradients(call, leaves);
    return { outputs: { ...prefixed(aux, "outputs"), ...prefixed(grads, "grads") } };
  };
  // Weights with gradients are trained, so they are state; the others are constants.
  const trained = wanted.some((name) => name.startsWith("weights."));
  const parts = { [trained ? "state" : "frozen"]: weights, inputs: specsOf(inputs) };
  const built = await build(program, parts, engine);
  try {
    return copied(await built.run(inputs));
  } finally {
    await built.dispose();
  }
}

function strip(tree: Params, start: string): Params {
  return Object.fromEntries(
    Object.entries(tree).filter(([name]) => name.startsWith(start)).map((
      [name, t],
    ) => [name.slice(start.length), t]),
  );
}

/** The part of `inputs` with these names, which must all be there. */
export function pick(golden: GoldenCase, names: readonly string[]): HostParams {
  return Object.fromEntries(names.map((name) => {
    const array = golden.inputs[name];
    if (!array) {
      throw new RangeError(
        `Case "${golden.name}" needs inputs.${name}; it has ${Object.keys(golden.inputs).join(", ")}`,
      );
    }
    return [name, array];
  }));
}

/** Floats of an input. */
export function floats(golden: GoldenCase, name: string): Float32Array {
  const { data } = pick(golden, [name])[name] as HostArray;
  return data instanceof Float32Array ? data : Float32Array.from(data);
}
