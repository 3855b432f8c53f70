import * as tf from "./tfjs.ts";
import { UserError } from "./errors.ts";
import { readWeight, type Weights } from "./file_array.ts";
import { toHost, toTensor } from "./host_array.ts";
import type { HostParams, Params } from "./parameters.ts";
import {
  feedData,
  outputData,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  rejectUnknown,
} from "./program.ts";

// Without it tfjs prints a greeting when its cpu backend is first used.
tf.enableProdMode();

/** Ordinary tfjs backends. */
export type EagerBackend = "cpu" | "wasm" | "webgpu" | "tensorflow";

/** Packages that bring a backend; none is installed unless it is asked for. */
const PACKAGES: Partial<Record<EagerBackend, string>> = {
  wasm: "@tensorflow/tfjs-backend-wasm",
  webgpu: "@tensorflow/tfjs-backend-webgpu",
  tensorflow: "@tensorflow/tfjs-node-gpu",
};

/** From the registry: Deno adds the package to the deno.lock of whoever imports this. */
const fromRegistry = (name: string): Promise<unknown> => import(`npm:${name}@4.22.0`);

/** Makes a backend the current one, loading its package where that is needed. */
async function selectBackend(
  backend: EagerBackend,
  load: (name: string) => Promise<unknown>,
): Promise<void> {
  const source = PACKAGES[backend];
  try {
    if (source && !tf.findBackendFactory(backend)) await load(source);
    if (!await tf.setBackend(backend)) throw new RangeError("it is not registered");
    await tf.ready();
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split("\n")[0];
    throw new UserError(
      `Starting the eager backend "${backend}" failed: expected ${
        source ?? "tfjs's own backend"
      } to work on this machine, got: ${reason}`,
    );
  }
}

/**
 * The same program as `compile` gives, run op by op on an ordinary tfjs backend: for debugging and comparison.
 *
 * @param options.load loads the package of a backend by its name; from the npm registry if absent.
 */
export async function eager(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: { backend?: EagerBackend; load?: (name: string) => Promise<unknown> } = {},
): Promise<Program> {
  const { frozen = {}, state = {}, inputs = {} } = parts;
  const backend = options.backend ?? "cpu";
  await selectBackend(backend, options.load ?? fromRegistry);
  const toTensors = (tree: Readonly<Weights>): Params =>
    Object.fromEntries(Object.entries(tree).map(([name, weight]) => [name, toTensor(readWeight(weight))]));
  const fixed = toTensors(frozen);
  let current = toTensors(state);
  return {
    outputs: {},
    async run(feeds, { into = {} } = {}) {
      rejectUnknown(feeds, inputs);
      await tf.setBackend(backend);
      tf.engine().startScope();
      try {
        const fed: Params = {};
        for (const [name, spec] of Object.entries(inputs)) {
          fed[name] = tf.tensor(feedData(name, feeds[name], spec), [...spec.shape], spec.dtype ?? "float32");
        }
        const result = fn(fixed, current, fed);
        const outputs: HostParams = {};
        for (const [name, tensor] of Object.entries(result.outputs)) {
          const own = toHost(tensor);
          outputs[name] = into[name] ? { ...own, data: outputData(name, into[name], own) } : own;
          if (into[name]) into[name].set(own.data);
        }
        const next = { ...current };
        for (const [name, tensor] of Object.entries(result.state ?? {})) next[name] = tf.keep(tensor.clone());
        for (const [name, tensor] of Object.entries(current)) if (next[name] !== tensor) tensor.dispose();
        current = next;
        return outputs;
      } finally {
        tf.engine().endScope();
      }
    },
    readState: () =>
      Object.fromEntries(Object.entries(current).map(([name, tensor]) => [name, toHost(tensor)])),
    writeState(written) {
      for (const [name, array] of Object.entries(written)) {
        const before = current[name];
        if (!before || before.size !== array.data.length) {
          throw new RangeError(
            `Writing state "${name}" needs ${
              before ? `${before.size} numbers` : "an existing name"
            }, got ${array.data.length} numbers`,
          );
        }
        before.dispose();
        current[name] = toTensor(array);
      }
    },
    dispose: () => {
      for (const tensor of [...Object.values(fixed), ...Object.values(current)]) tensor.dispose();
      return Promise.resolve();
    },
  };
}
