import assert from "node:assert/strict";
import { compile, compilePair, host, key, normal, type ProgramFunction, type Tensor, tf } from "./mod.ts";

const SIDE = 16;
const product: ProgramFunction = (_frozen, _state, { x, y }) => ({
  outputs: { xy: tf.matMul(x as Tensor, y as Tensor), sum: tf.sum(x as Tensor) },
});
const inputs = { x: { shape: [SIDE, SIDE] }, y: { shape: [SIDE, SIDE] } };
const feeds = (name: string) => ({
  x: normal(key(`x ${name}`), SIDE * SIDE),
  y: normal(key(`y ${name}`), SIDE * SIDE),
});

Deno.test("compilePair() gives two programs that compute what compile()'s one does, at the same time and again", async () => {
  const one = await compile(product, { inputs });
  const pair = await compilePair(product, { inputs });
  for (const round of [1, 2, 3]) {
    const given = pair.map((_, i) => feeds(`${round} ${i}`));
    const results = await Promise.all([pair[1].run(given[1]!), pair[0].run(given[0]!)]);
    for (const [i, feed] of [given[1]!, given[0]!].entries()) {
      const expected = await one.run(feed);
      for (const name of ["xy", "sum"]) {
        assert.deepEqual(results[i]![name]!.shape, expected[name]!.shape);
        expected[name]!.data.forEach((value, at) =>
          assert.ok(Math.abs(value - results[i]![name]!.data[at]!) < 1e-4)
        );
      }
      assert.equal(feed.x.length, SIDE * SIDE, "what is fed stays with the caller");
    }
  }
  for (const program of [one, ...pair]) await program.dispose();
});

Deno.test("compilePair() writes into given arrays only where the caller keeps them: both programs fill `into`", async () => {
  const pair = await compilePair(product, { inputs });
  for (const program of pair) {
    const sum = new Float32Array(1);
    const feed = feeds("into");
    await program.run(feed, { into: { sum } });
    assert.ok(Math.abs(sum[0]! - feed.x.reduce((a, b) => a + b, 0)) < 1e-3);
    await assert.rejects(
      program.run(feed, { into: { sum: new Float32Array(2) } }),
      /output "sum" as float32 \[\] \(1 numbers\), got Float32Array of 2/,
    );
  }
  for (const program of pair) await program.dispose();
});

Deno.test("A program of the second thread says what is wrong with its device as one here does", async () => {
  await assert.rejects(
    compilePair((_f, _s, { x }) => ({ outputs: { y: tf.exp(x as Tensor) } }), {
      inputs: { x: { shape: [2] } },
    }, { device: "cuda" }),
    /Opening device "cuda" failed/,
  );
  const [first, second] = await compilePair(product, { inputs, frozen: { unused: host([1], [1]) } });
  await first.dispose();
  await second.dispose();
});
