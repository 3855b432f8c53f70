import assert from "node:assert/strict";
import {
  compile,
  conv2d,
  fold,
  host,
  key,
  leaf,
  normal,
  type ProgramFunction,
  type Tensor,
  tf,
  valueAndGradients,
} from "../mod.ts";
import { recordProgram } from "../compile.ts";

const SHAPES = { image: [2, 3, 6, 6], filter: [4, 3, 3, 3], rows: [144, 8], a: [2, 5, 7], b: [2, 7, 3] };
const own = (name: keyof typeof SHAPES, std = 1) => {
  const shape = SHAPES[name], size = shape.reduce((x, y) => x * y);
  return host(normal(fold(key("half"), name), size, { std }), shape);
};

/** A convolution, a product of matrices, one of batches, a norm of them, and their gradients. */
const fn: ProgramFunction = (frozen, _state, given) => {
  const { loss, grads } = valueAndGradients(({ filter, a }) => {
    const seen = conv2d(leaf(given, "image"), filter as Tensor, undefined, { padding: 1 });
    const mixed = tf.matMul(tf.reshape(seen, [2, 144]), leaf(frozen, "rows"));
    const other = tf.matMul(a as Tensor, leaf(frozen, "b"));
    return { loss: tf.add(tf.mean(tf.square(mixed)), tf.mean(tf.square(tf.softmax(other)))) };
  }, { filter: leaf(given, "filter"), a: leaf(given, "a") });
  return { outputs: { value: loss, filter: leaf(grads, "filter"), a: leaf(grads, "a") } };
};
const parts = {
  frozen: { rows: own("rows", 0.1), b: own("b") },
  inputs: Object.fromEntries(
    (["image", "filter", "a"] as const).map((name) => [name, { shape: SHAPES[name] }]),
  ),
};
const feeds = { image: own("image"), filter: own("filter", 0.2), a: own("a") };

Deno.test("halveProducts() rounds the operands of products alone, each once, and gives back single precision", () => {
  const { graph } = recordProgram(fn, parts, { precision: "half" });
  const plain = recordProgram(fn, parts).graph;
  const castTo = (type: number) => graph.nodes.filter(({ attributes }) => attributes["to"] === type);
  const products = graph.nodes.filter(({ op }) => ["Gemm", "MatMul", "FusedMatMul", "Conv"].includes(op));
  assert.ok(products.length >= 6, `${products.length} products`);
  const half = new Set([...castTo(10), ...products].map(({ outputs }) => outputs[0]));
  for (const { op, inputs } of products) {
    for (const name of inputs) assert.ok(half.has(name), `${op} ${name}`);
  }
  for (const { op, inputs, attributes } of graph.nodes) {
    if (products.some((product) => product.inputs === inputs) || attributes["to"] === 1) continue;
    for (const name of inputs) assert.ok(!half.has(name), `${op} ${name}`);
  }
  const narrowed = castTo(10).map(({ inputs }) => inputs[0]);
  assert.equal(new Set(narrowed).size, narrowed.length);
  assert.deepEqual(graph.outputs, plain.outputs);
  assert.ok(graph.outputs.every((name) => !half.has(name)));
  assert.ok(plain.nodes.every(({ attributes }) => attributes["to"] !== 10));
});

Deno.test("a program in half precision gives values and gradients near those in single precision, and not the same", async () => {
  const run = async (precision: "float32" | "half") => {
    const program = await compile(fn, parts, { precision });
    const found = await program.run(feeds);
    const copies = Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data.slice()]));
    await program.dispose();
    return copies;
  };
  const [single, half] = [await run("float32"), await run("half")];
  for (const [name, exact] of Object.entries(single)) {
    const near = half[name] as Float32Array;
    const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
    const apart = norm(Array.from(exact, (value, i) => value - near[i]!)) / norm(exact);
    assert.ok(apart > 1e-6 && apart < 3e-3, `${name}: ${apart}`);
  }
});
