import assert from "node:assert/strict";
import { UserError, writeSafetensors } from "../lib/engine/mod.ts";
import { ownSide } from "./own_side.ts";
import { decodeTrainCase, drawTrainCase, encodeTrainCase, type TrainCaseConfig } from "./train_case.ts";

const TINY: TrainCaseConfig = {
  unet: {
    in_channels: 4,
    out_channels: 4,
    down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D"],
    block_out_channels: [4, 8],
    layers_per_block: 1,
    norm_num_groups: 2,
    cross_attention_dim: 8,
    attention_head_dim: 2,
  },
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

Deno.test("decodeTrainCase() gives a case with the same losses and gradients when it reads an encoded one", async () => {
  const drawn = drawTrainCase(TINY, 3);
  const checks = [];
  for (const trainCase of [drawn, decodeTrainCase(encodeTrainCase(drawn))]) {
    const side = await ownSide(trainCase, { threads: 1, learningRate: 1e-2 });
    checks.push(await side.check(3));
    await side.close();
  }
  const [first, second] = checks;
  assert.deepEqual(first, second);
  const { losses, norm, gradients } = first as NonNullable<typeof first>;
  assert.equal(new Set(losses).size, 3); // the weights move
  assert.ok(norm > 0);
  for (const [name, { data }] of Object.entries(gradients)) {
    assert.ok(data.some((value) => value !== 0), `${name} gets no gradient`);
  }
});

Deno.test("drawTrainCase() gives another case when the seed is another", () => {
  const file = (seed: number) => encodeTrainCase(drawTrainCase(TINY, seed));
  assert.deepEqual(file(1), file(1));
  assert.notDeepEqual(file(1), file(2));
});

Deno.test("decodeTrainCase() throws a UserError when it is given another file or a damaged one", () => {
  assert.throws(() => decodeTrainCase(writeSafetensors({})), UserError);
  const bytes = encodeTrainCase(drawTrainCase(TINY, 1));
  assert.throws(() => decodeTrainCase(bytes.subarray(0, bytes.length - 1)), UserError);
});
