import assert from "node:assert/strict";
import { compile, host, key, normal, type Tensor } from "../engine/mod.ts";
import { contrastiveLoss, namingLoss } from "./contrastive.ts";

async function loss(images: Float32Array, texts: Float32Array): Promise<number> {
  const program = await compile((_f, _s, { i, t, s }) => ({
    outputs: { loss: contrastiveLoss(i as Tensor, t as Tensor, { logitScale: s as Tensor }) },
  }), { inputs: { i: { shape: [8, 16] }, t: { shape: [8, 16] }, s: { shape: [] } } });
  const { loss } = await program.run({ i: images, t: texts, s: host([Math.log(20)], []) });
  await program.dispose();
  return loss!.data[0] as number;
}

/** Eight random unit rows. */
function rows(seed: string): Float32Array {
  const data = normal(key(seed), 8 * 16);
  for (let r = 0; r < 8; r++) {
    const row = data.subarray(r * 16, r * 16 + 16);
    const length = Math.hypot(...row);
    row.forEach((value, i) => row[i] = value / length);
  }
  return data;
}

Deno.test("contrastiveLoss() is near zero when every image lies on its text", async () => {
  assert.ok(await loss(rows("a"), rows("a")) < 0.01);
});

Deno.test("contrastiveLoss() is ln(batch) when all images are one", async () => {
  const images = new Float32Array(8 * 16).fill(0.25);
  const texts = new Float32Array(8 * 16).fill(0.25);
  assert.ok(Math.abs(await loss(images, texts) - Math.log(8)) < 1e-5);
});

Deno.test("contrastiveLoss() does not depend on the images' length", async () => {
  const images = rows("a");
  const difference = await loss(images, rows("b")) - await loss(images.map((x) => 3 * x), rows("b"));
  assert.ok(Math.abs(difference) < 1e-5);
});

Deno.test("namingLoss() distinguishes right names from wrong ones, and is ln(count) when all names are one", async () => {
  const program = await compile((_f, _s, { i, n, a, s }) => ({
    outputs: {
      loss: namingLoss(i as Tensor, n as Tensor, { answers: a as Tensor, logitScale: s as Tensor }),
    },
  }), {
    inputs: { i: { shape: [2, 16] }, n: { shape: [8, 16] }, a: { shape: [2, 8] }, s: { shape: [] } },
  });
  const of = async (names: Float32Array, answers: readonly number[]) => {
    const a = new Float32Array(16);
    answers.forEach((answer, row) => a[row * 8 + answer] = 1);
    const images = rows("a").slice(0, 32).map((x) => 3 * x);
    const { loss } = await program.run({ i: images, n: names, a, s: host([Math.log(20)], []) });
    return loss!.data[0] as number;
  };
  assert.ok(await of(rows("a"), [0, 1]) < 0.01);
  assert.ok(await of(rows("a"), [1, 0]) > 5);
  assert.ok(Math.abs(await of(new Float32Array(8 * 16).fill(0.25), [0, 1]) - Math.log(8)) < 1e-5);
  await program.dispose();
});
