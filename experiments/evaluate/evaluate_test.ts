import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { key, UserError } from "../../lib/engine/mod.ts";
import { initVae } from "../../lib/diffusion/mod.ts";
import { loadBank } from "../../lib/tasks/mod.ts";
import { encodeCheckpoint } from "../mini/checkpoints.ts";
import { MINI_VAE } from "../mini/models.ts";
import { meanScore } from "../parts/bootstrap_score.ts";
import { evaluate } from "./cli.ts";
import { type Evaluation, type Score, verdictOf } from "../parts/measurement.ts";
import { distinctScenes, FIRST_HELD_OUT, heldOutItems } from "../parts/held_out.ts";
import { disjointSets } from "../parts/base/evaluate.ts";
import { differences, scenesAndPortraits } from "../parts/vae/evaluate.ts";

const bank = await loadBank();

Deno.test("verdictOf() judges only scores with a bar, on as many items as the bar speaks of", () => {
  const score: Score = { name: "x", value: 0.8, n: 100, bar: { least: 0.75, items: 100 } };
  assert.equal(verdictOf(score, 100), "pass");
  assert.equal(verdictOf({ ...score, value: 0.74 }, 100), "below the bar");
  assert.equal(verdictOf(score, 99), "not judged");
  assert.equal(verdictOf({ name: "x", value: 0.8, n: 100 }, 100), "none");
});

Deno.test("meanScore() transforms the mean and keeps it within its interval", () => {
  const { value, low, high, n } = meanScore("x", [[1, 2, 3, 4], [5, 6, 7, 8]], { of: (mean) => 2 * mean });
  assert.equal(value, 9);
  assert.equal(n, 8);
  assert.ok((low as number) < 9 && (high as number) > 9);
});

Deno.test("differences() is 0 for equal pictures and 4 and 2 for black against white", () => {
  const [black, white] = [new Uint8Array(64 * 64 * 3), new Uint8Array(64 * 64 * 3).fill(255)];
  assert.deepEqual(differences(black, black), { squared: 0, absolute: 0 });
  assert.deepEqual(differences(black, white), { squared: 4, absolute: 2 });
});

Deno.test("distinctScenes() gives scenes of as many concepts, none twice when called again", () => {
  const stretch = heldOutItems(bank);
  const [one, two] = [distinctScenes(stretch, 8), distinctScenes(stretch, 8)];
  for (const scenes of [one, two]) {
    assert.equal(new Set(scenes.map(({ scene }) => scene?.concept.word)).size, 8);
    assert.ok(scenes.every(({ index }) => index >= FIRST_HELD_OUT));
  }
  assert.equal(new Set([...one, ...two].map(({ index }) => index)).size, 16);
});

Deno.test("disjointSets() share no caption, and each has as many concepts as scenes", () => {
  const sets = disjointSets(bank, 20);
  for (const set of sets) assert.equal(new Set(set.map(({ scene }) => scene?.concept.word)).size, 20);
  assert.equal(new Set(sets.flat().map(({ caption }) => caption)).size, sets.length * 20);
});

Deno.test("scenesAndPortraits() gives half as many portraits as scenes, two at least", () => {
  for (const [count, portraits] of [[12, 6], [3, 2]] as const) {
    const found = scenesAndPortraits(bank, count);
    assert.equal(found.filter(({ scene }) => scene).length, count);
    assert.equal(found.length, count + portraits);
    assert.equal(new Set(found.map(({ index }) => index)).size, found.length);
  }
});

Deno.test("evaluate() measures a checkpoint and writes its card when both are asked for", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = { ...MINI_VAE, block_out_channels: [8, 8] };
    const recipe = {
      summary: "Random weights",
      steps: 7,
      batch: 2,
      seed: 3,
      training: 3,
      seconds: 90,
      data: "abc",
      loss: 1,
    };
    const tensors = initVae(key(1), config);
    await Deno.writeFile(
      `${folder}/vae.safetensors`,
      encodeCheckpoint("vae", tensors, {
        ...config,
        recipe,
        earlier: [{ summary: "Zeros", steps: 4, batch: 2 }, { summary: "Ones", steps: 5, batch: 2 }],
      }),
    );
    const args = ["vae", "--items", "3", "--json", "--card", "--checkpoints", folder];
    const answer = JSON.parse(await evaluate(args)) as Evaluation;
    const [psnr] = answer.scores;
    assert.ok(psnr && psnr.value > 0 && psnr.value < 20 && psnr.verdict === "not judged");
    assert.equal(answer.data, bank.hash);
    const card = await Deno.readTextFile(new URL("vae.md", pathToFileURL(`${folder}/`)));
    for (
      const part of [
        "Random weights",
        "4 of batch 2, then 5 of batch 2, then 7 of batch 2",
        "Zeros; then Ones; then",
        "not recorded, then not recorded, then 3 (batches of training 3)",
        "90 s",
        "abc",
        answer.checkpoints.vae as string,
      ]
    ) {
      assert.ok(card.includes(part), part);
    }
    assert.ok(card.includes(psnr.value.toFixed(2)));
    await Deno.writeFile(`${folder}/vae.safetensors`, new Uint8Array(100));
    await assert.rejects(evaluate(args), UserError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("evaluate() says in one sentence what is wrong with a question", async () => {
  await assert.rejects(evaluate([]), /one part of vae, encoder/);
  await assert.rejects(evaluate(["bsae"]), /did you mean "base"|got "bsae"/);
  await assert.rejects(evaluate(["vae", "--items", "0"]), /from 2 to 5000/);
  await assert.rejects(evaluate(["encoder", "--out", "x.png"]), /makes pictures/);
  await assert.rejects(evaluate(["instructions", "--card"]), /with a checkpoint/);
  await assert.rejects(evaluate(["vae", "--checkpoints", "/no/such/folder"]), /deno task pretrain vae/);
});
