import assert from "node:assert/strict";
import {
  compile,
  compilePair,
  compileSharded,
  host,
  key,
  normal,
  type ProgramFunction,
  type Tensor,
  tf,
} from "./mod.ts";

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

Deno.test("compileSharded() computes what compile() does, state and whole inputs included", async () => {
  const scaled: ProgramFunction = (frozen, state, { x, scale }) => ({
    outputs: {
      y: tf.add(tf.mul(tf.matMul(x as Tensor, frozen.w as Tensor), scale as Tensor), state.shift as Tensor),
    },
  });
  const parts = {
    frozen: { w: host(normal(key("w"), SIDE * 3), [SIDE, 3]) },
    state: { shift: host([1, 2, 3], [3]) },
    inputs: { x: { shape: [6, SIDE] }, scale: { shape: [] } },
  };
  const one = await compile(scaled, parts);
  const halves = await compileSharded(scaled, parts, { whole: ["scale"] });
  const feed = { x: normal(key("x"), 6 * SIDE), scale: Float32Array.of(2) };
  for (const shift of [[1, 2, 3], [4, 5, 6]]) {
    for (const program of [one, halves]) program.writeState({ shift: host(shift, [3]) });
    const [a, b] = [await one.run(feed), await halves.run(feed)];
    assert.deepEqual(b.y!.shape, [6, 3]);
    a.y!.data.forEach((value, i) => assert.ok(Math.abs(value - b.y!.data[i]!) < 1e-5));
  }
  const into = { y: new Float32Array(18) };
  await halves.run(feed, { into });
  assert.deepEqual(into.y, (await halves.run(feed)).y!.data);
  await one.dispose();
  await halves.dispose();
  const odd = await compileSharded(scaled, {
    ...parts,
    inputs: { ...parts.inputs, x: { shape: [5, SIDE] } },
  }, { whole: ["scale"] });
  assert.deepEqual((await odd.run({ ...feed, x: feed.x.subarray(0, 5 * SIDE) })).y!.shape, [5, 3]);
  await odd.dispose();
});
