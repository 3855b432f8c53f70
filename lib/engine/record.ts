/** The recording tfjs backend: its kernels append nodes to a graph instead of computing. */
import * as tf from "./tfjs.ts";
import { type Constant, type Graph, GraphBuilder } from "./graph.ts";
import type { DType } from "./host_array.ts";
import { LOWERINGS } from "./kernels/table.ts";
import { registerGradients } from "./kernels/gradients.ts";
import type { Lowering } from "./kernels/lowering.ts";

/** Name of the tfjs backend that appends nodes instead of computing. */
export const RECORDER = "recorder";

/** Whether ops are being recorded into a graph right now. */
export function isRecording(): boolean {
  return tf.getBackend() === RECORDER;
}

/** A tensor's identity while recording: the name of its value in the graph. */
interface Handle {
  readonly value: string;
}

class Recorder extends tf.KernelBackend {
  builder: GraphBuilder | undefined;

  current(): GraphBuilder {
    if (!this.builder) {
      throw new RangeError(
        "Recording needs an open record: call compile(), do not select this backend by hand",
      );
    }
    return this.builder;
  }
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const numbers = values as ArrayLike<number>;
    const data = dtype === "float32"
      ? Float32Array.from(numbers)
      : dtype === "int32"
      ? Int32Array.from(numbers)
      : Uint8Array.from(numbers);
    return handle(this.current().constant({ dtype: dtype as DType, shape, data } as Constant));
  }
  override readSync(): never {
    throw new RangeError(
      "Reading a tensor's numbers while a function is being recorded: they exist only when the program runs; return the tensor as an output",
    );
  }
  override read(): never {
    return this.readSync();
  }
  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override dispose(): void {}
}

const recorder = new Recorder();

function handle(value: string): Handle {
  return { value };
}

function valueOf(info: tf.TensorInfo): string {
  const { value } = info.dataId as Handle;
  if (value === undefined) {
    throw new RangeError(
      "A tensor of another backend entered a recorded function: pass it in as a frozen weight, state or input",
    );
  }
  return value;
}

function callingLine(): string {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = depth;
  const line = lines.find((text) =>
    !text.includes("node_modules") && (!text.includes("/lib/engine/") || text.includes("_test.ts")) &&
    !text.includes("ext:")
  );
  return line?.trim().replace(/^at /, "") ?? "an unknown line";
}

function kernelFunction(lower: Lowering): tf.KernelFunc {
  return ({ inputs, attrs }) => {
    const graph = recorder.current();
    const named: Record<string, string> = {};
    for (const [name, info] of Object.entries(inputs)) if (info) named[name] = valueOf(info);
    const result = lower(graph, named, (attrs ?? {}) as Record<string, unknown>);
    const infos = (Array.isArray(result) ? result : [result]).map((value) => {
      const { dtype, shape } = graph.info(value);
      return { dataId: handle(value), dtype: dtype as tf.DataType, shape: [...shape] };
    });
    return Array.isArray(result) ? infos : infos[0] as tf.TensorInfo;
  };
}

let registered = false;

/** Registers the backend, one kernel per lowering, and for every other kernel one that names the op and the model's line. */
function register(): void {
  if (registered) return;
  registered = true;
  tf.registerBackend(RECORDER, () => recorder, 0);
  for (const [kernelName, lower] of Object.entries(LOWERINGS)) {
    tf.registerKernel({ kernelName, backendName: RECORDER, kernelFunc: kernelFunction(lower) });
  }
  for (const { kernelName } of tf.getKernelsForBackend("cpu")) {
    if (kernelName in LOWERINGS) continue;
    const kernelFunc: tf.KernelFunc = () => {
      throw new TypeError(
        `Compiling op "${kernelName}" is not supported (called at ${callingLine()}): add its lowering to lib/engine/kernels`,
      );
    };
    tf.registerKernel({ kernelName, backendName: RECORDER, kernelFunc });
  }
  registerGradients();
}

/**
 * Runs `fn` once on the recording backend and returns the graph.
 *
 * `declare` creates the inputs and frozen values; `fn` gets a function from value name to tensor and returns outputs by name; `options` are the builder's.
 */
export function record(
  declare: (builder: GraphBuilder) => void,
  fn: (tensor: (value: string) => tf.Tensor) => Record<string, tf.Tensor>,
  options: GraphBuilder["options"] = {},
): { graph: Graph; outputs: Record<string, string> } {
  register();
  const before = tf.getBackend();
  const builder = new GraphBuilder(options);
  recorder.builder = builder;
  tf.setBackend(RECORDER);
  try {
    declare(builder);
    const tensor = (value: string): tf.Tensor => {
      const { dtype, shape } = builder.info(value);
      return tf.engine().makeTensorFromTensorInfo({
        dataId: handle(value),
        dtype: dtype as tf.DataType,
        shape: [...shape],
      });
    };
    const outputs: Record<string, string> = {};
    tf.engine().startScope();
    try {
      for (const [name, result] of Object.entries(fn(tensor))) outputs[name] = valueOf(result);
    } finally {
      tf.engine().endScope();
    }
    return { graph: builder.graph(Object.values(outputs)), outputs };
  } finally {
    recorder.builder = undefined;
    if (before) tf.setBackend(before);
  }
}
