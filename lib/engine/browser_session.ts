/**
 * Sessions in a browser's worker: onnxruntime compiled to WebAssembly. Takes the place of session.ts and second_thread.ts where the code is
 * bundled for a page; onnxruntime-common is the interface that onnxruntime-web, which the bundle puts in its place, fills.
 */
import * as ort from "onnxruntime-common";
import type { Session, SessionArray, SessionOptions } from "./session.ts";

ort.env.logLevel = "fatal";

/** How onnxruntime is started on a page. */
export interface BrowserRuntime {
  /** Fetches ort-wasm-simd-threaded.wasm. */
  readonly wasm: () => Promise<ArrayBuffer>;
  /** Threads of one operator; above 1 only on a page that is isolated from other origins. */
  readonly threads: number;
}

let runtime: BrowserRuntime | undefined;
let started: Promise<void> | undefined;

/** Says how onnxruntime is started, once, before the first program is compiled. */
export function useBrowserRuntime(chosen: BrowserRuntime): void {
  runtime = chosen;
}

async function start(): Promise<void> {
  if (!runtime) throw new RangeError("Opening a graph on a page needs useBrowserRuntime() first");
  ort.env.wasm.numThreads = runtime.threads;
  ort.env.wasm.wasmBinary = await runtime.wasm();
}

/** Lets messages in: a graph runs to its end before the worker hears anything else. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

function tensors(arrays: Readonly<Record<string, SessionArray>>): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, shape, data }]) => [
      name,
      new ort.Tensor(dtype as "float32", data as Float32Array, [...shape]),
    ]),
  );
}

/** Opens an ONNX graph. Device, threads and cache of the options are for other machines: a page has one processor and no disk. */
export async function openSession(model: Uint8Array, _options: SessionOptions): Promise<Session> {
  // A runtime that could not be fetched may be there the next time.
  await (started ??= start().catch((error) => {
    started = undefined;
    throw error;
  }));
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    enableMemPattern: false,
    executionMode: "sequential",
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: "1" } },
  });
  return {
    inputNames: session.inputNames,
    // WebAssembly's results are copies of its own memory, never written into memory of ours.
    moves: true,
    async run(feeds, fetches) {
      const results = await session.run(tensors(feeds), Object.keys(fetches));
      await turn();
      return Object.fromEntries(
        Object.keys(fetches).map((name) => [name, results[name]!.data as SessionArray["data"]]),
      );
    },
    release: () => session.release(),
  };
}

/** A page has no second thread for graphs: it runs in this one. */
export const openSecondSession: typeof openSession = openSession;
