import type * as tf from "./tfjs.ts";
import { isFileArray } from "./file_array.ts";
import type { Graph } from "./graph.ts";
import { type HostArray, sizeOf } from "./host_array.ts";
import { encodeOnnx, storageRoot } from "./onnx.ts";
import type { HostParams, Params } from "./parameters.ts";
import { halveProducts } from "./passes/half_products.ts";
import { optimize, type PassName } from "./passes/mod.ts";
import {
  feedData,
  outputData,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  rejectUnknown,
} from "./program.ts";
import { record } from "./record.ts";
import { openSecondSession } from "./second_thread.ts";
import { type Device, openSession, type Session, type SessionArray, type SessionOptions } from "./session.ts";

export type { Device };

/** Where and how a function is compiled. */
export interface CompileOptions {
  /** Where it runs; "cpu" if absent. */
  readonly device?: Device;
  /** Threads of one operator, or of two halves together; default all cores. */
  readonly threads?: number;
  /**
   * Whether threads that have nothing to do within a run wait busily: a little faster on an idle machine, much slower on one that others use.
   * Default true.
   */
  readonly spin?: boolean;
  /** Folder that keeps optimised graphs between processes, for a faster start; none if absent. */
  readonly cache?: string;
  /**
   * When weights that stay in their files are widened: "once", laid out for speed; or "each-run", which keeps them as stored and needs a
   * quarter of the memory or less, but multiplies slower. Default "once".
   */
  readonly widen?: "once" | "each-run";
  /**
   * Of matrix products and convolutions: "half" rounds their operands, which halves the memory of frozen weights on a device and is much faster where
   * it multiplies such numbers itself; a CPU only emulates it. All else is "float32", the default.
   */
  readonly precision?: Precision;
  /**
   * Whether 3×3 convolutions of many small images take Winograd's form, which multiplies less and is exact to some 10⁻⁵ of the largest number.
   * Default: on a CPU, in float32.
   */
  readonly winograd?: boolean;
  /** Graph passes to leave out, to find a wrong one by bisection. */
  readonly withoutPasses?: readonly PassName[];
  /** Writes an onnxruntime profile with this file prefix. */
  readonly profile?: string;
}

/** How products are computed. */
export type Precision = "float32" | "half";

type Typed = SessionArray["data"];

function allocate(dtype: string, size: number): Typed {
  return dtype === "float32"
    ? new Float32Array(size)
    : dtype === "int32"
    ? new Int32Array(size)
    : new Uint8Array(size);
}

/** The recorded and optimised graph of a function, for inspection and tests. */
export function recordProgram(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: Pick<CompileOptions, "device" | "precision" | "winograd" | "withoutPasses"> = {},
): { graph: Graph; stateValues: Record<string, string>; outputValues: Record<string, string> } {
  const { frozen = {}, state = {}, inputs = {} } = parts;
  const { device = "cpu", precision = "float32", winograd = device === "cpu" && precision === "float32" } =
    options;
  const { graph: recorded, outputs } = record((builder) => {
    for (const [name, weight] of Object.entries(frozen)) {
      if (isFileArray(weight)) builder.fileConstant(`frozen:${name}`, weight);
      else builder.frozen(`frozen:${name}`, weight);
    }
    for (const [name, array] of Object.entries(state)) builder.input(`state:${name}`, array);
    for (const [name, spec] of Object.entries(inputs)) {
      builder.input(`input:${name}`, { dtype: spec.dtype ?? "float32", shape: spec.shape });
    }
  }, (tensor) => {
    const tensors = (group: string, names: object): Params =>
      Object.fromEntries(Object.keys(names).map((name) => [name, tensor(`${group}:${name}`)]));
    const result = fn(tensors("frozen", frozen), tensors("state", state), tensors("input", inputs));
    const named: Record<string, tf.Tensor> = {};
    for (const [name, value] of Object.entries(result.state ?? {})) {
      const before = state[name];
      if (!before || before.shape.join() !== value.shape.join()) {
        throw new RangeError(
          `Compiling: new state "${name}" [${value.shape}] must replace state of equal shape, got [${
            before?.shape ?? "none"
          }]`,
        );
      }
      named[`state:${name}`] = value;
    }
    for (const [name, value] of Object.entries(result.outputs)) named[`output:${name}`] = value;
    return named;
  }, { winograd });
  const stateValues: Record<string, string> = {};
  const outputValues: Record<string, string> = {};
  // Every result gets a node of its own, so that no two results (or a result and an input) share a name.
  const nodes = [...recorded.nodes];
  const values = new Map(recorded.values);
  for (const [name, value] of Object.entries(outputs)) {
    const own = `result:${name}`;
    const info = values.get(value);
    if (!info) throw new RangeError(`Compiling: result "${name}" has no value`);
    values.set(own, info);
    nodes.push({ op: "Identity", domain: "", inputs: [value], outputs: [own], attributes: {} });
    if (name.startsWith("state:")) stateValues[name.slice(6)] = own;
    else outputValues[name.slice(7)] = own;
  }
  const whole: Graph = {
    ...recorded,
    nodes,
    values,
    outputs: [...Object.values(stateValues), ...Object.values(outputValues)],
  };
  const optimized = optimize(whole, options);
  const graph = precision === "half" ? halveProducts(optimized) : optimized;
  return { graph, stateValues, outputValues };
}

/**
 * Compiles a function: runs it once on a recording tfjs backend (gradients included), lowers the record to one ONNX graph and opens it in
 * onnxruntime. State lives in two sets of buffers that swap at each run, so nothing is copied and nothing grows.
 *
 * @throws TypeError naming the op and the calling line when an op has no lowering.
 * @throws UserError when the device is not there.
 */
export async function compile(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: CompileOptions = {},
): Promise<Program> {
  const recorded = recordProgram(fn, parts, options);
  const session = await openSession(encodeOnnx(recorded.graph), sessionOptions(options, recorded.graph));
  return programOf(recorded, parts, session);
}

/**
 * Compiles a function once and opens it twice, each with half the threads: here and in a second thread. Two runs that are started together
 * go on side by side. On two cores that is faster than two threads in one graph, since most of a graph's small nodes do not divide.
 */
export async function compilePair(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: CompileOptions = {},
): Promise<[Program, Program]> {
  const recorded = recordProgram(fn, parts, options);
  const model = encodeOnnx(recorded.graph);
  const threads = Math.max(1, Math.floor((options.threads ?? navigator.hardwareConcurrency) / 2));
  const half = sessionOptions({ spin: threads > 1, ...options, threads }, recorded.graph);
  const opened = await Promise.allSettled([openSession(model, half), openSecondSession(model, half)]);
  const sessions = opened.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  const failed = opened.find((result) => result.status === "rejected");
  if (failed) {
    for (const session of sessions) await session.release();
    throw failed.reason;
  }
  return sessions.map((session) => programOf(recorded, parts, session)) as [Program, Program];
}

function sessionOptions(options: CompileOptions, graph: Graph): SessionOptions {
  const { device = "cpu", threads = navigator.hardwareConcurrency, spin = true, profile, cache, widen } =
    options;
  const root = storageRoot(graph);
  return {
    ...{ device, threads, spin, profile, cache },
    ...(root === undefined ? {} : { stored: { root, widen: widen ?? "once" } }),
  };
}

function programOf(
  { graph, stateValues, outputValues }: ReturnType<typeof recordProgram>,
  { state = {}, inputs = {} }: ProgramParts,
  session: Session,
): Program {
  const used = new Set(session.inputNames);
  let current: Record<string, HostArray> = {};
  let spare: Record<string, HostArray> = {};
  for (const [name, array] of Object.entries(state)) {
    current[name] = { ...array, data: array.data.slice() };
    spare[name] = name in stateValues
      ? { ...array, data: allocate(array.dtype, array.data.length) }
      : current[name];
  }
  const results: Record<string, HostArray> = {};
  for (const [name, value] of Object.entries(outputValues)) {
    const { dtype, shape } = graph.values.get(value) as { dtype: "float32"; shape: number[] };
    results[name] = { dtype, shape, data: allocate(dtype, sizeOf(shape)) };
  }
  return {
    outputs: Object.fromEntries(
      Object.entries(results).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
    ),
    async run(feeds, { into = {} } = {}) {
      rejectUnknown(feeds, inputs);
      const fed: Record<string, SessionArray> = {};
      for (const [name, spec] of Object.entries(inputs)) {
        const data = feedData(name, feeds[name], spec);
        if (used.has(`input:${name}`)) {
          fed[`input:${name}`] = { dtype: spec.dtype ?? "float32", shape: spec.shape, data };
        }
      }
      for (const [name, array] of Object.entries(current)) {
        if (used.has(`state:${name}`)) fed[`state:${name}`] = array;
      }
      const fetched: Record<string, SessionArray> = {};
      for (const [name, value] of Object.entries(stateValues)) fetched[value] = spare[name] as HostArray;
      for (const [name, value] of Object.entries(outputValues)) {
        const own = results[name] as HostArray;
        const given = into[name] && outputData(name, into[name], own);
        fetched[value] = given && !session.moves ? { ...own, data: given } : own;
      }
      const filled = await session.run(fed, fetched);
      const outputs: Record<string, HostArray> = {};
      for (const [name, value] of Object.entries(outputValues)) {
        const array = { ...results[name] as HostArray, data: filled[value] as Typed };
        const given = into[name];
        if (!given || session.moves) results[name] = array;
        if (given && session.moves) given.set(array.data);
        outputs[name] = given ? { ...array, data: given } : array;
      }
      for (const [name, value] of Object.entries(stateValues)) {
        spare[name] = { ...spare[name] as HostArray, data: filled[value] as Typed };
      }
      [current, spare] = [spare, current];
      return outputs;
    },
    readState: () =>
      Object.fromEntries(
        Object.entries(current).map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
      ),
    writeState(next: HostParams) {
      for (const [name, array] of Object.entries(next)) {
        const place = current[name];
        if (!place || place.data.length !== array.data.length) {
          throw new RangeError(
            `Writing state "${name}" needs ${
              place ? `${place.data.length} numbers` : "an existing name"
            }, got ${array.data.length} numbers`,
          );
        }
        place.data.set(array.data);
      }
    },
    dispose: () => session.release(),
  };
}
