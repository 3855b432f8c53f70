import assert from "node:assert/strict";
import process from "node:process";
import { compile, recordProgram } from "./compile.ts";
import { eager } from "./eager.ts";
import { UserError } from "./errors.ts";
import { valueAndGradients } from "./gradients.ts";
import { host } from "./host_array.ts";
import type { Params } from "./parameters.ts";
import type { Program, ProgramFunction, ProgramParts } from "./program.ts";
import * as tf from "./tfjs.ts";

const ENGINES: Record<string, (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>> = {
  compiled: compile,
  cpu: eager,
};

/** Adds `step` to the count and reports count · weight; `other` is state that no run replaces. */
const counter: ProgramFunction = ({ weight }, { count, other }, { step }) => {
  const next = tf.add(count!, step!);
  return { state: { count: next }, outputs: { product: tf.mul(next, weight!), other: tf.mul(other!, 1) } };
};
const parts = {
  frozen: { weight: host([1, 10], [2]) },
  state: { count: host([1, 2], [2]), other: host([7], [1]) },
  inputs: { step: { shape: [2] } },
};
const numbers = (array?: { data: ArrayLike<number> }) => Array.from(array?.data ?? []);

for (const [name, make] of Object.entries(ENGINES)) {
  Deno.test(`Program of ${name} keeps state between runs, reads and writes copies of it`, async () => {
    const program = await make(counter, parts);
    assert.deepEqual(numbers((await program.run({ step: Float32Array.of(1, 1) })).product), [2, 30]);
    const read = program.readState();
    for (let i = 0; i < 3; i++) await program.run({ step: host([1, 0], [2]) });
    assert.deepEqual([numbers(read.count), numbers(program.readState().count)], [[2, 3], [5, 3]]);
    read.count!.data[0] = 100;
    assert.deepEqual(numbers(program.readState().count), [5, 3]);
    program.writeState({ other: host([9], [1]) });
    const outputs = await program.run({ step: Float32Array.of(0, 0) });
    assert.deepEqual([numbers(outputs.product), numbers(outputs.other)], [[5, 30], [9]]);
    program.writeState(read);
    assert.deepEqual(numbers(program.readState().count), [100, 3]);
    assert.deepEqual([numbers(parts.state.count), numbers(parts.frozen.weight)], [[1, 2], [1, 10]]);
    await program.dispose();
  });

  Deno.test(`Program of ${name} refuses wrong inputs and states in one sentence`, async () => {
    const program = await make(counter, parts);
    const step = Float32Array.of(0, 0);
    await assert.rejects(program.run({}), /needs input "step" \[2\], got nothing/);
    await assert.rejects(program.run({ step, more: step }), /only its own inputs \(step\), got "more"/);
    await assert.rejects(
      program.run({ step: new Float32Array(3) }),
      /"step" as float32 \[2\] \(2 numbers\), got Float32Array of 3/,
    );
    await assert.rejects(program.run({ step: new Int32Array(2) }), /got Int32Array of 2/);
    assert.throws(
      () => program.writeState({ count: host([1], [1]) }),
      /"count" needs 2 numbers, got 1 numbers/,
    );
    assert.throws(() => program.writeState({ total: host([1], [1]) }), /"total" needs an existing name/);
    assert.deepEqual(numbers((await program.run({ step })).product), [1, 20]);
    await program.dispose();
  });
}

Deno.test("compile() writes outputs into the same arrays at every run", async () => {
  const state = { big: host(new Float32Array(1000), [1000]) };
  const program = await compile(
    (_, { big }) => ({ state: { big: tf.add(big!, 1) }, outputs: { first: tf.slice(big!, [0], [1]) } }),
    { state },
  );
  const first = (await program.run({})).first;
  assert.equal((await program.run({})).first!.data, first!.data);
  assert.deepEqual(numbers(first), [1]);
  assert.deepEqual(new Set(program.readState().big!.data), new Set([2]));
  await program.dispose();
});

Deno.test("compile()'s threads take no processor time once a run is done, so that other programs have the cores", async () => {
  const side = 1024;
  const program = await compile(
    (_frozen, _state, { x }) => ({
      outputs: { square: tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D) },
    }),
    { inputs: { x: { shape: [side, side] } } },
    { threads: 2, spin: true },
  );
  const x = new Float32Array(side * side);
  const busy: number[] = [];
  for (let round = 0; round < 5; round++) {
    await program.run({ x });
    const before = process.cpuUsage(), start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { user, system } = process.cpuUsage(before);
    busy.push((user + system) / 1000 / (performance.now() - start));
  }
  await program.dispose();
  // The least of five: the test's own process may have garbage to collect meanwhile.
  assert.ok(
    Math.min(...busy) < 0.5,
    `share of one core after each run: ${busy.map((share) => share.toFixed(2))}`,
  );
});

Deno.test("compile() makes constants of frozen weights: no run feeds them", () => {
  const { graph } = recordProgram(counter, parts);
  assert.deepEqual(graph.inputs, ["state:count", "state:other", "input:step"]);
  assert.ok(graph.constants.has("frozen:weight"));
});

Deno.test("compile() keeps two results apart when they are the same value, or a state itself", async () => {
  const program = await compile(
    (_, { a, b }) => ({ state: { a: b!, b: a! }, outputs: { x: a!, y: a! } }),
    { state: { a: host([1], [1]), b: host([2], [1]) } },
  );
  const { x, y } = await program.run({});
  assert.deepEqual([numbers(x), numbers(y)], [[1], [1]]);
  const { a, b } = program.readState();
  assert.deepEqual([numbers(a), numbers(b)], [[2], [1]]);
  await program.dispose();
});

Deno.test("compile() refuses new state of another shape, and tensors from outside", async () => {
  const state = { a: host([1, 2], [2]) };
  const wrong = compile((_, { a }) => ({ state: { a: tf.sum(a!) }, outputs: {} }), { state });
  await assert.rejects(wrong, /new state "a" \[\] must replace state of equal shape, got \[2\]/);
  const unknown = compile((_, { a }) => ({ state: { b: a! }, outputs: {} }), { state });
  await assert.rejects(unknown, /new state "b" \[2\] must replace state of equal shape, got \[none\]/);
  await tf.setBackend("cpu");
  const outside = tf.tensor1d([1, 2]);
  await assert.rejects(
    compile((_, { a }) => ({ outputs: { y: tf.add(a!, outside) } }), { state }),
    /tensor of another backend entered a recorded function/,
  );
  await assert.rejects(
    compile((_, { a }) => ({ outputs: { y: tf.mul(a!, a!.dataSync()[0]!) } }), { state }),
    /Reading a tensor's numbers while a function is being recorded/,
  );
  assert.equal(tf.getBackend(), "cpu", "the backend is what it was");
});

Deno.test("compile() runs on the device asked for, or says in one sentence that it is not there", async () => {
  try {
    const program = await compile(counter, parts, { device: "cuda" });
    assert.deepEqual(numbers((await program.run({ step: Float32Array.of(1, 1) })).product), [2, 30]);
    await program.dispose();
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /^Opening device "cuda" failed: [^\n]+ Use --device cpu$/);
  }
});

Deno.test("eager() frees every tensor of a run, side results of a gradient included", async () => {
  const program = await eager((_, { w }, { x }) => {
    const { loss, grads, aux } = valueAndGradients((p: Params) => {
      const y = tf.mul(p.w!, x!);
      return { loss: tf.sum(tf.square(y)), aux: { y } };
    }, { w: w! });
    return { state: { w: tf.sub(w!, tf.mul(grads.w!, 0.1)) }, outputs: { loss, y: aux.y! } };
  }, { state: { w: host([1, 2], [2]) }, inputs: { x: { shape: [2] } } });
  const { y, loss } = await program.run({ x: Float32Array.of(1, 1) });
  assert.deepEqual([numbers(y), numbers(loss)], [[1, 2], [5]]);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) await program.run({ x: Float32Array.of(1, 1) });
  assert.equal(tf.memory().numTensors, before);
  await program.dispose();
  assert.equal(tf.memory().numTensors, before - 1);
});
