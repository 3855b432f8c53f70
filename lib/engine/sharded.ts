import { compile, type CompileOptions, compilePair } from "./compile.ts";
import { type HostArray, sizeOf } from "./host_array.ts";
import type { HostParams } from "./parameters.ts";
import {
  type Feed,
  feedData,
  type InputSpec,
  type Program,
  type ProgramFunction,
  type ProgramParts,
} from "./program.ts";

/** Parts of a batch that run side by side under these options: 2 where the processor has cores for it, else 1. */
export function shardCount({ device = "cpu", threads }: CompileOptions = {}): 1 | 2 {
  return device === "cpu" && threads !== 1 && navigator.hardwareConcurrency >= 2 ? 2 : 1;
}

/** Whether halves of a batch can be made of inputs of these shapes. */
export function divides(specs: readonly InputSpec[], shards: number): boolean {
  return specs.every(({ shape: [batch] }) => batch !== undefined && batch % shards === 0);
}

/** The part of an input that one of `shards` shards gets. */
export function shardSpec(spec: InputSpec, shards: number): InputSpec {
  const [batch, ...rest] = spec.shape;
  return { ...spec, shape: [batch as number / shards, ...rest] };
}

/** Part `shard` of data along its first side; a view, no copy. */
export function shardOf<Data extends HostArray["data"]>(data: Data, shard: number, shards: number): Data {
  const length = data.length / shards;
  return data.subarray(shard * length, (shard + 1) * length) as Data;
}

/**
 * {@link compile} for a function that treats every sample of a batch alone: halves of the batch run side by side where there are cores for
 * it and the batch is even. Inputs and outputs have the batch as first side, but for inputs named in `whole`, which both halves get as they
 * are.
 *
 * @throws RangeError when an output is a scalar.
 */
export async function compileSharded(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: CompileOptions & { readonly whole?: readonly string[] } = {},
): Promise<Program> {
  const shards = shardCount(options);
  const { inputs = {} } = parts;
  const whole = new Set(options.whole);
  const split = Object.entries(inputs).filter(([name]) => !whole.has(name)).map(([, spec]) => spec);
  if (shards === 1 || !divides(split, shards)) return await compile(fn, parts, options);
  const halves = Object.fromEntries(
    Object.entries(inputs).map((
      [name, spec],
    ) => [name, whole.has(name) ? spec : shardSpec(spec, shards)]),
  );
  const pair = await compilePair(fn, { ...parts, inputs: halves }, options);
  const results: Record<string, HostArray> = {};
  for (const [name, { dtype, shape: [side, ...rest] }] of Object.entries(pair[0].outputs)) {
    if (side === undefined) {
      throw new RangeError(`Sharding needs outputs with a batch, got a scalar "${name}"`);
    }
    const shape = [shards * side, ...rest];
    results[name] = { dtype: "float32", shape, data: new Float32Array(sizeOf(shape)) };
    if (dtype !== "float32") throw new TypeError(`Sharding needs float32 outputs, got "${name}" of ${dtype}`);
  }
  return {
    outputs: Object.fromEntries(
      Object.entries(results).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
    ),
    async run(feeds, { into = {} } = {}) {
      const outputs = Object.fromEntries(
        Object.entries(results).map(([name, own]) => [name, into[name] ? { ...own, data: into[name] } : own]),
      );
      const started = pair.map((program, shard) => {
        const part: Record<string, Feed> = {};
        for (const [name, feed] of Object.entries(feeds)) {
          const spec = inputs[name];
          part[name] = !spec || whole.has(name) ? feed : shardOf(feedData(name, feed, spec), shard, shards);
        }
        const places = Object.entries(outputs).map((
          [name, { data }],
        ) => [name, shardOf(data, shard, shards)]);
        return () => program.run(part, { into: Object.fromEntries(places) });
      });
      // The second thread is sent off first: this one is busy until its own half is done.
      await Promise.all(started.reverse().map((start) => start()));
      return outputs;
    },
    readState: () => pair[0].readState(),
    writeState: (state: HostParams) => pair.forEach((program) => program.writeState(state)),
    async dispose() {
      for (const program of pair) await program.dispose();
    },
  };
}
