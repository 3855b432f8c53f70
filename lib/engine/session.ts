import * as ort from "onnxruntime-node";
import { openCuda } from "./cuda_libraries.ts";
import { UserError } from "./errors.ts";
import { graphKey, keepGraph, readGraph } from "./graph_cache.ts";

// Its log lines would stand beside our sentences: every failure comes back as an exception.
ort.env.logLevel = "fatal";

/** Where a compiled program runs. */
export type Device = "cpu" | "webgpu" | "cuda";

/** How a graph is opened. Plain data: it also travels to the second thread. */
export interface SessionOptions {
  readonly device: Device;
  /** Threads of one operator. */
  readonly threads: number;
  /** Whether idle threads wait busily within a run. */
  readonly spin: boolean;
  /** Folder that keeps optimised graphs between processes; none if absent. */
  readonly cache?: string | undefined;
  /** Where stored constants are, and when they are widened; absent: the graph has none. */
  readonly stored?: { readonly root: string; readonly widen: "once" | "each-run" };
  /** File prefix of an onnxruntime profile. */
  readonly profile?: string | undefined;
}

/** Numbers of one input or output. */
export interface SessionArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** An opened graph. */
export interface Session {
  /** Inputs that the graph still reads. */
  readonly inputNames: readonly string[];
  /** Whether the memory of `fetches` is taken away by a run: what comes back must then be used instead. */
  readonly moves: boolean;
  /** Runs once; results are written into the memory of `fetches`, which comes back. */
  run(
    feeds: Readonly<Record<string, SessionArray>>,
    fetches: Readonly<Record<string, SessionArray>>,
  ): Promise<Record<string, SessionArray["data"]>>;
  /** Frees native memory. */
  release(): Promise<void>;
}

function tensors(arrays: Readonly<Record<string, SessionArray>>): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, shape, data }]) => [
      name,
      new ort.Tensor(dtype as "float32", data as Float32Array, [...shape]),
    ]),
  );
}

/** onnxruntime-node gives copies of results that stand in the memory of `fetches` already; they would wait for the garbage collector. */
function free(
  results: ort.InferenceSession.ReturnType,
  fetches: Readonly<Record<string, SessionArray>>,
): void {
  for (const [name, { data }] of Object.entries(results)) {
    const { buffer } = data as Float32Array<ArrayBuffer>;
    if (buffer !== fetches[name]?.data.buffer) buffer.transfer(0);
  }
}

/**
 * Opens an ONNX graph in this thread.
 *
 * @throws UserError when the device is not there.
 */
export async function openSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const session = await openCached(model, options);
  return {
    inputNames: session.inputNames,
    moves: false,
    async run(feeds, fetches) {
      free(await session.run(tensors(feeds), tensors(fetches)), fetches);
      return Object.fromEntries(Object.entries(fetches).map(([name, { data }]) => [name, data]));
    },
    release: () => session.release(),
  };
}

async function openCached(model: Uint8Array, options: SessionOptions): Promise<ort.InferenceSession> {
  const { cache, device, stored } = options;
  // An optimised graph would hold the stored weights, widened.
  if (!cache || stored || device !== "cpu") return await create(model, options);
  const key = graphKey(model, `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}`);
  const known = readGraph(cache, key);
  if (known) return await create(known, options, { graphOptimizationLevel: "disabled" });
  return await keepGraph(
    cache,
    key,
    (path) => create(model, options, path ? { optimizedModelFilePath: path } : {}),
  );
}

async function create(
  model: Uint8Array,
  options: SessionOptions,
  further: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  const { device, threads, spin, profile, stored } = options;
  if (device === "cuda") openCuda();
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // A planned block for all values comes beside what the first run took, and is not faster here.
      enableMemPattern: false,
      executionMode: "sequential",
      logSeverityLevel: 3,
      ...further,
      ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
      extra: {
        session: {
          set_denormal_as_zero: "1",
          // Else threads wait busily for tens of milliseconds behind a run, while another session needs the cores.
          force_spinning_stop: "1",
          intra_op: { allow_spinning: spin ? "1" : "0" },
          ...(stored
            ? {
              model_external_initializers_file_folder_path: stored.root,
              // The arena would round large weights up to powers of two.
              use_device_allocator_for_initializers: "1",
            }
            : {}),
        },
        ...(stored?.widen === "each-run"
          ? { optimization: { disable_specified_optimizers: "ConstantFolding" } }
          : {}),
      },
    });
  } catch (error) {
    if (device === "cpu") throw error;
    const message = String((error as Error).message);
    // What CUDA says stands between names of C++.
    const reason = /CU\w+ failure \d+: [^;]*[^; ]/.exec(message)?.[0] ?? message.split("\n")[0];
    throw new UserError(
      `Opening device "${device}" failed: expected an execution provider that starts here, got: ${reason}. Use --device cpu`,
    );
  }
}
