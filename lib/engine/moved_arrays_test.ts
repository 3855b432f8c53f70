import assert from "node:assert/strict";
import { buffersOf, copiedArrays } from "./moved_arrays.ts";

const array = (data: Float32Array | Int32Array) => ({ dtype: "float32", shape: [data.length], data });

Deno.test("copiedArrays() copies what is fed, views and other types included", () => {
  const memory = Float32Array.from({ length: 10 }, (_, i) => i);
  const given = { view: array(memory.subarray(2, 5)), ids: array(Int32Array.of(7, 8)) };
  const copies = copiedArrays(given, []);
  assert.equal(buffersOf(copies).length, 2);
  for (const [name, { data }] of Object.entries(given)) {
    assert.deepEqual(copies[name]!.data, data);
    assert.notEqual(copies[name]!.data.buffer, data.buffer);
  }
});

Deno.test("copiedArrays() takes memory of the same size out of the spare, each piece once", () => {
  const spare = [new ArrayBuffer(8), new ArrayBuffer(12)];
  const [eight] = spare;
  const { a, b } = copiedArrays({ a: array(Float32Array.of(1, 2)), b: array(Float32Array.of(3, 4)) }, spare);
  assert.equal(a!.data.buffer, eight);
  assert.notEqual(b!.data.buffer, eight);
  assert.deepEqual(spare.map(({ byteLength }) => byteLength), [12]);
  assert.deepEqual([...a!.data, ...b!.data], [1, 2, 3, 4]);
});
