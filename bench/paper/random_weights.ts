/** Random weights of any size straight to disk: half precision, one tensor after the other, never a whole model in memory. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { fold, key, normal, type Shapes, sizeOf } from "../../lib/engine/mod.ts";

/** Random numbers; a large tensor repeats them from a place of its own. */
const COUNT = 1 << 20;

/** Spread of a tensor's numbers: 1/√(inputs) for matrices and filters; norms' scales are one, biases zero. */
function spreadOf(name: string, shape: readonly number[]): number | "one" | "zero" {
  if (shape.length > 1 || !/\.(weight|bias)$/.test(name)) {
    return 1 / Math.sqrt(sizeOf(shape.slice(1)) || 1);
  }
  return name.endsWith(".bias") ? "zero" : "one";
}

/**
 * Writes a safetensors file of F16 tensors; the same seed gives the same bytes. A killed write leaves nothing under `path`.
 *
 * @throws Error of the file system, such as a full disk.
 */
export function writeRandomWeights(path: string, shapes: Shapes, options: { seed: number }): void {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const start = end;
    end += 2 * sizeOf(shape);
    header[name] = { dtype: "F16", shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = 8 * Math.ceil(text.length / 8);
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(text, 8);

  const numbers = normal(fold(key("bench paper"), options.seed), COUNT);
  const scaled = new Map<number | string, Float16Array>();
  const block = (spread: number | "one" | "zero"): Float16Array => {
    const known = scaled.get(spread);
    if (known) return known;
    const made = typeof spread === "number"
      ? Float16Array.from(numbers, (value) => value * spread)
      : new Float16Array(COUNT).fill(spread === "one" ? 1 : 0);
    scaled.set(spread, made);
    return made;
  };
  const partial = `${path}.partial`;
  const file = openSync(partial, "w");
  const write = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done);
  };
  try {
    write(head);
    let place = 0;
    for (const [name, shape] of Object.entries(shapes)) {
      const source = block(spreadOf(name, shape));
      for (let left = sizeOf(shape); left > 0;) {
        const part = source.subarray(place, Math.min(COUNT, place + left));
        write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
        left -= part.length;
        place = (place + part.length) % COUNT;
      }
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}
