import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "./compile.ts";
import { eager } from "./eager.ts";
import { type FileArray, readWeight, type Weights } from "./file_array.ts";
import { host } from "./host_array.ts";
import { leaf } from "./parameters.ts";
import type { ProgramFunction } from "./program.ts";
import { fold, key, normal } from "./random.ts";
import { conv2d, linear } from "./ops.ts";
import { tf } from "./mod.ts";

/** A file with 8 strange bytes, then a 4×3×3×3 filter and an 8×4 matrix as stored `kind`. */
async function withFile(
  kind: FileArray["kind"],
  test: (stored: Weights, exact: Weights) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "file-array-"));
  try {
    const file = join(folder, "weights.bin");
    const shapes = { filter: [4, 3, 3, 3], matrix: [8, 4] };
    const stored: Weights = {}, exact: Weights = {};
    const width = kind === "F32" ? 4 : 2;
    const parts: Uint8Array[] = [new Uint8Array(8)];
    let offset = 8;
    for (const [name, shape] of Object.entries(shapes)) {
      const count = shape.reduce((a, b) => a * b, 1);
      const floats = normal(fold(key("file"), name), count);
      const bits = new Uint32Array(floats.buffer);
      const raw = kind === "F32"
        ? floats
        : kind === "F16"
        ? Float16Array.from(floats)
        : Uint16Array.from(bits, (b) => b >>> 16);
      parts.push(new Uint8Array(raw.buffer));
      stored[name] = { dtype: "float32", shape, file, kind, offset };
      const widened = kind === "F32"
        ? floats
        : kind === "F16"
        ? Float32Array.from(raw as Float16Array)
        : new Float32Array(Uint32Array.from(raw as Uint16Array, (half) => half << 16).buffer);
      exact[name] = host(widened, shape);
      offset += count * width;
    }
    writeFileSync(file, Buffer.concat(parts));
    await test(stored, exact);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fn: ProgramFunction = (frozen, _state, { x }) => {
  const seen = conv2d(x!, leaf(frozen, "filter"), undefined, { padding: 1 });
  return { outputs: { y: linear(tf.transpose(seen, [0, 2, 3, 1]), leaf(frozen, "matrix")) } };
};
const inputs = { x: { shape: [1, 3, 5, 5] } };
const feeds = { x: normal(key("x"), 75) };

for (const kind of ["F32", "F16", "BF16"] as const) {
  Deno.test(`compile() gives the same with weights in a file as in memory when they are stored as ${kind}`, () =>
    withFile(kind, async (stored, exact) => {
      for (const [name, weight] of Object.entries(stored)) assert.deepEqual(readWeight(weight), exact[name]);
      const run = async (frozen: Weights, widen: "once" | "each-run") => {
        const program = await compile(fn, { frozen, inputs }, { widen });
        try {
          return leaf(await program.run(feeds), "y").data.slice();
        } finally {
          await program.dispose();
        }
      };
      const expected = await run(exact, "once");
      assert.deepEqual(await run(stored, "once"), expected);
      const close = (got: ArrayLike<number>) =>
        expected.forEach((value, i) => assert.ok(Math.abs(value - got[i]!) < 1e-5));
      close(await run(stored, "each-run"));
      const plain = await eager(fn, { frozen: stored, inputs });
      close(leaf(await plain.run(feeds), "y").data);
      await plain.dispose();
    }));
}

Deno.test("readWeight() says in one sentence when the file is gone", () => {
  const gone: FileArray = { dtype: "float32", shape: [2], file: "/no/such/file", kind: "F32", offset: 0 };
  assert.throws(() => readWeight(gone), /expected a readable file, got nothing there/);
});
