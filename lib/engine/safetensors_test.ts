import assert from "node:assert/strict";
import { UserError } from "./errors.ts";
import { host } from "./host_array.ts";
import { key, normal } from "./random.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const tensors = {
  "down.0.weight": host(normal(key(1), 12), [3, 4]),
  ids: host(Int32Array.of(-1, 2 ** 31 - 1), [2]),
  mask: host(Uint8Array.of(0, 1, 1), [3]),
  scalar: host([2.5], []),
  none: host([], [0, 4]),
};

/** A file with this header and `size` bytes of tensors. */
function file(header: unknown, size = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

Deno.test("readSafetensors() gives back what writeSafetensors() wrote", () => {
  const bytes = writeSafetensors(tensors, { config: '{"dim":8}' });
  assert.deepEqual(readSafetensors(bytes), { tensors, metadata: { config: '{"dim":8}' } });
  assert.equal(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(readSafetensors(shifted.subarray(3)).tensors, tensors);
});

Deno.test("writeSafetensors() stores floats within 2⁻¹¹ and integers exactly when dtype is float16", () => {
  const bytes = writeSafetensors(tensors, {}, { dtype: "float16" });
  const { tensors: back } = readSafetensors(bytes);
  assert.ok(bytes.length < writeSafetensors(tensors).length);
  assert.deepEqual(back.ids, tensors.ids);
  assert.deepEqual(back.scalar, tensors.scalar);
  const [exact, half] = [tensors["down.0.weight"].data, back["down.0.weight"]!.data];
  exact.forEach((x, i) => assert.ok(Math.abs(half[i]! - x) <= Math.abs(x) * 2 ** -11));
  assert.deepEqual(writeSafetensors(back, {}, { dtype: "float16" }), bytes);
});

Deno.test("readSafetensors() widens every stored type", () => {
  const raw: [string, ArrayBufferView, number][] = [
    ["F64", Float64Array.of(0.5, -2), 8],
    ["F16", Float16Array.of(0.5, -2), 2],
    ["BF16", Uint16Array.of(0x3f00, 0xc000), 2],
    ["I64", BigInt64Array.of(5n, -2n), 8],
    ["I16", Int16Array.of(5, -2), 2],
    ["I8", Int8Array.of(5, -2), 1],
    ["U8", Uint8Array.of(5, 254), 1],
  ];
  for (const [dtype, array, width] of raw) {
    const bytes = file({ x: { dtype, shape: [2], data_offsets: [0, 2 * width] } }, 2 * width);
    bytes.set(new Uint8Array(array.buffer), bytes.length - 2 * width);
    const { x } = readSafetensors(bytes).tensors;
    const expected = dtype === "U8" ? [5, 254] : dtype.startsWith("I") ? [5, -2] : [0.5, -2];
    assert.deepEqual([x!.dtype, [...x!.data]], [dtype.includes("F") ? "float32" : "int32", expected], dtype);
  }
});

Deno.test("readSafetensors() takes metadata of null for none", () => {
  const bytes = file({ __metadata__: null, x: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 4);
  assert.deepEqual(readSafetensors(bytes), { tensors: { x: host([0], [1]) }, metadata: {} });
  assert.throws(() => readSafetensors(file({ __metadata__: 1 })), /no valid entry "__metadata__"/);
});

Deno.test("readSafetensors() answers with one sentence when the file is truncated anywhere", () => {
  const bytes = writeSafetensors(tensors);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(
      () => readSafetensors(bytes.subarray(0, length), { what: "base.safetensors" }),
      (error) => error instanceof UserError && /^Reading base\.safetensors failed: .+/.test(error.message),
      `${length} of ${bytes.length} bytes`,
    );
  }
});

Deno.test("readSafetensors() refuses hostile headers before it believes a length", () => {
  const entry = (fields: object) => ({ x: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...fields } });
  const long = file({});
  new DataView(long.buffer).setBigUint64(0, 2n ** 63n, true);
  const proto = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const cases: [Uint8Array, RegExp][] = [
    [long, /header claims \d+ bytes/],
    [file("{"), /no JSON/],
    [file("null"), /no JSON object/],
    [file("[1]"), /no JSON object/],
    [file({ x: null }), /no valid entry "x"/],
    [file({ x: 3 }), /no valid entry "x"/],
    [file(proto, 4), /no valid entry "__proto__"/],
    [file({ __metadata__: { config: 3 } }), /metadata "config" is no text/],
    [file(entry({ dtype: "constructor" }), 4), /unknown type constructor/],
    [file(entry({ dtype: undefined }), 4), /unknown type undefined/],
    [file(entry({ shape: [-1] }), 4), /no valid shape/],
    [file(entry({ shape: [0.5, 2] }), 4), /no valid shape/],
    [file(entry({ shape: [2 ** 52, 2 ** 52] }), 4), /expects .+ bytes at 0/],
    [file(entry({ data_offsets: undefined }), 4), /no offsets/],
    [file(entry({ data_offsets: [-4, 0] }), 4), /expects 4 bytes at -4/],
    [file(entry({ data_offsets: ["0", "4"] }), 4), /expects 4 bytes at 0/],
    [file(entry({ data_offsets: [0.5, 4.5] }), 8), /expects 4 bytes at 0.5/],
    [file(entry({ data_offsets: [4, 8] }), 8), /overlap or leave a gap at byte 0/],
    [file(entry({}), 5), /end at byte 4, the file has 5/],
    [file({ ...entry({}), y: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 4), /overlap/],
  ];
  const big = file({ x: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, 8);
  new DataView(big.buffer).setBigInt64(big.length - 8, 2n ** 40n, true);
  for (const [bytes, message] of [...cases, [big, /integer beyond 32 bits/] as const]) {
    assert.throws(() => readSafetensors(bytes), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
