import assert from "node:assert/strict";
import { UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { TINY_UNET } from "../../lib/diffusion/tiny_unet.ts";
import { decodeCase, encodeCase } from "../timing/case_file.ts";
import { TRAIN, type TrainConfig } from "./train.ts";

const TINY: TrainConfig = {
  unet: { ...TINY_UNET, sample_size: 16, cross_attention_dim: 8 },
  text: {
    vocab_size: 6,
    max_position_embeddings: 5,
    hidden_size: 8,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    projection_dim: 8,
    eos_token_id: 5,
    hidden_act: "quick_gelu",
  },
  projection: {
    class: "ResamplerInstruct",
    dim: 8,
    depth: 1,
    dim_head: 4,
    heads: 2,
    num_queries: 2,
    embedding_dim_image_embeds: 6,
    embedding_dim_instruct_embeds: 7,
    output_dim: 8,
    ff_mult: 2,
  },
  batch: 2,
  imageTokens: 3,
  words: ["apple", "car", "red"],
};

Deno.test("decodeCase() gives a case with the same losses and gradients when it reads an encoded one", async () => {
  const made = TRAIN.makeCase(TINY, 3);
  const read = decodeCase(encodeCase(made)) as typeof made;
  const checks = [];
  for (const each of [made, read]) {
    const work = await TRAIN.open(each, { compile: { threads: 1 } });
    await work.first();
    checks.push(await work.check(3));
    await work.dispose();
  }
  const [first, second] = checks as [typeof checks[0], typeof checks[0]];
  assert.deepEqual(first, second);
  assert.equal(new Set(first!.losses).size, 3); // the weights move
  assert.ok((first!.norm ?? 0) > 0);
  assert.deepEqual(Object.keys(first!.arrays).sort(), Object.keys(TRAIN.checked(TINY)).sort());
  for (const [name, { data }] of Object.entries(first!.arrays)) {
    assert.ok(data.some((value) => value !== 0), `${name} gets no gradient`);
  }
});

Deno.test("a case is another one when its seed is another", () => {
  const file = (seed: number) => encodeCase(TRAIN.makeCase(TINY, seed));
  assert.deepEqual(file(1), file(1));
  assert.notDeepEqual(file(1), file(2));
});

Deno.test("decodeCase() throws a UserError when it is given another file or a damaged one", () => {
  assert.throws(() => decodeCase(writeSafetensors({})), UserError);
  const bytes = encodeCase(TRAIN.makeCase(TINY, 1));
  assert.throws(() => decodeCase(bytes.subarray(0, bytes.length - 1)), UserError);
});
