import assert from "node:assert/strict";
import {
  conv2d,
  host,
  type ProgramFunction,
  type Tensor,
  tf,
  valueAndGradients,
} from "../../lib/engine/mod.ts";
import type { Graph } from "../../lib/engine/graph.ts";
import { countFlops, countingEngine } from "./count_flops.ts";

/** Operations of one run of a function of float inputs. */
async function flopsOf(fn: ProgramFunction, shapes: Record<string, readonly number[]>): Promise<number> {
  const { engine, takeFlops } = countingEngine();
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  const program = await engine(fn, { inputs });
  const feeds = Object.fromEntries(
    Object.entries(shapes).map((
      [name, shape],
    ) => [name, host(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)]),
  );
  await program.run(feeds);
  return takeFlops();
}

Deno.test("countingEngine() counts two operations for each multiply-add of a matrix product", async () => {
  const product: ProgramFunction = (_f, _s, { a, b }) => ({ outputs: { y: tf.matMul(a!, b!) } });
  assert.equal(await flopsOf(product, { a: [3, 5], b: [5, 7] }), 2 * 3 * 5 * 7);
  assert.equal(await flopsOf(product, { a: [2, 3, 5], b: [2, 5, 7] }), 2 * 2 * 3 * 5 * 7);
  const transposed: ProgramFunction = (_f, _s, { a, b }) => ({
    outputs: { y: tf.matMul(a!, b!, true, true) },
  });
  assert.equal(await flopsOf(transposed, { a: [5, 3], b: [7, 5] }), 2 * 3 * 5 * 7);
});

Deno.test("countingEngine() counts a convolution as every output times the kernel", async () => {
  const convolve: ProgramFunction = (_f, _s, { x, w }) => ({
    outputs: { y: conv2d(x!, w!, undefined, { stride: 2, padding: 1 }) },
  });
  // [2 3 8 8] by [5 3 3 3], stride 2: [2 5 4 4] outputs of 3·3·3 multiply-adds.
  assert.equal(await flopsOf(convolve, { x: [2, 3, 8, 8], w: [5, 3, 3, 3] }), 2 * (2 * 5 * 4 * 4) * 27);
});

Deno.test("countingEngine() counts forward and both gradients of a product as three", async () => {
  const step: ProgramFunction = (_f, _s, { a, b }) => {
    const { grads } = valueAndGradients(
      (p) => ({ loss: tf.sum(tf.square(tf.matMul(p["a"] as Tensor, p["b"] as Tensor))), aux: {} }),
      { a: a as Tensor, b: b as Tensor },
    );
    return { outputs: grads };
  };
  assert.equal(await flopsOf(step, { a: [4, 6], b: [6, 8] }), 3 * 2 * 4 * 6 * 8);
});

Deno.test("countFlops() adds up nodes by hand and throws for a shape that it does not know", () => {
  const float = (...shape: number[]) => ({ dtype: "float32" as const, shape });
  const node = (op: string, inputs: string[]) => ({ op, domain: "", inputs, outputs: ["y"], attributes: {} });
  const graph = (op: string, shapes: Record<string, readonly number[]>): Graph => ({
    inputs: [],
    outputs: ["y"],
    values: new Map(Object.entries(shapes).map(([name, shape]) => [name, float(...shape)])),
    constants: new Map(),
    nodes: [node(op, Object.keys(shapes).filter((name) => name !== "y"))],
  });
  // Input [1 4 5 5], weight [4 6 3 3]: each of the 100 elements meets 6·9 numbers.
  const transposed = graph("ConvTranspose", { x: [1, 4, 5, 5], w: [4, 6, 3, 3], y: [1, 6, 7, 7] });
  assert.equal(countFlops(transposed), 2 * 100 * 54);
  // Logits 8·10·16 and mixture 8·10·16.
  const attention = graph("MultiHeadAttention", {
    q: [1, 8, 16],
    k: [1, 10, 16],
    v: [1, 10, 16],
    y: [1, 8, 16],
  });
  assert.equal(countFlops(attention), 2 * 2 * 8 * 10 * 16);
  assert.equal(countFlops(graph("Add", { a: [9], b: [9], y: [9] })), 0);
  assert.throws(() => countFlops({ ...transposed, values: new Map() }), /shape of "y"|shape of "x"/);
});
