import assert from "node:assert/strict";
import { compile, recordProgram } from "../compile.ts";
import { valueAndGradients } from "../gradients.ts";
import { leaf } from "../parameters.ts";
import type { ProgramFunction } from "../program.ts";
import { key, normal } from "../random.ts";
import { attention } from "../ops.ts";
import { tf } from "../mod.ts";

const [BATCH, HEADS, DIM] = [1, 2, 4];

/** x [batch tokens heads·dim] → attention to itself, as the U-Net's blocks have it. */
const self: ProgramFunction = (_frozen, _state, inputs) => {
  const x = leaf(inputs, "x");
  const tokens = x.shape[1] as number;
  const split = (factor: number) =>
    tf.transpose(tf.reshape(tf.mul(x, factor), [BATCH, tokens, HEADS, DIM]), [0, 2, 1, 3]);
  const y = attention(split(1), split(0.5), split(2));
  return { outputs: { y: tf.reshape(tf.transpose(y, [0, 2, 1, 3]), x.shape) } };
};
const inputs = (tokens: number) => ({ x: { shape: [BATCH, tokens, HEADS * DIM] } });
const ops = (fn: ProgramFunction, tokens: number) =>
  recordProgram(fn, { inputs: inputs(tokens) }).graph.nodes.map(({ op }) => op);

Deno.test("fuseAttention() makes one kernel of a large attention, with the same result", async () => {
  const found = ops(self, 1024);
  assert.ok(found.includes("MultiHeadAttention") && !found.includes("Softmax"), found.join());
  const x = normal(key("attention"), BATCH * 1024 * HEADS * DIM);
  const run = async (withoutPasses: readonly ("fused-attention")[]) => {
    const program = await compile(self, { inputs: inputs(1024) }, { withoutPasses });
    const { data } = leaf(await program.run({ x }), "y");
    const copy = data.slice();
    await program.dispose();
    return copy;
  };
  const plain = await run(["fused-attention"]);
  (await run([])).forEach((value, i) => assert.ok(Math.abs(value - plain[i]!) < 1e-5));
});

Deno.test("fuseAttention() leaves small attentions as they are, and those whose weights a gradient reads", () => {
  assert.ok(!ops(self, 1023).includes("MultiHeadAttention"));
  const step: ProgramFunction = (frozen, state, { x }) => {
    const { grads } = valueAndGradients(
      (p) => ({ loss: tf.sum(leaf(self(frozen, state, p).outputs, "y")), aux: {} }),
      { x: x! },
    );
    return { outputs: grads };
  };
  assert.ok(!ops(step, 1024).includes("MultiHeadAttention"));
});
