import assert from "node:assert/strict";
import { UserError } from "../../lib/engine/mod.ts";
import { SD15_UNET, VIT_H_VISION, VIT_L_TEXT } from "../setting/sd15_sizes.ts";
import { parseConfig } from "./model_config.ts";

const parse = <Config extends object>(
  content: unknown,
  otherwise: Config,
  part?: "text_config" | "vision_config",
) => parseConfig(JSON.stringify(content), "a/config.json", { otherwise, ...(part ? { part } : {}) });

Deno.test("parseConfig() takes a tower's part of a whole CLIP's file, and what transformers takes for absent fields", () => {
  const whole = {
    projection_dim: 1024,
    text_config: { hidden_size: 32 },
    vision_config: { hidden_size: 64, hidden_act: "gelu", num_hidden_layers: 3 },
  };
  const vision = parse(whole, VIT_H_VISION, "vision_config");
  assert.deepEqual(
    [
      vision.hidden_size,
      vision.hidden_act,
      vision.num_hidden_layers,
      vision.patch_size,
      vision.projection_dim,
    ],
    [64, "gelu", 3, 32, 1024],
  );
  // No activation is named: it is CLIP's own, not that of the tower that would else be there.
  const text = parse(whole, { ...VIT_L_TEXT, hidden_act: "gelu" }, "text_config");
  assert.deepEqual([text.hidden_size, text.hidden_act], [32, "quick_gelu"]);
  const own = parse({ hidden_act: "gelu" }, VIT_L_TEXT, "text_config");
  assert.deepEqual([own.hidden_size, own.hidden_act], [VIT_L_TEXT.hidden_size, "gelu"]);
});

Deno.test("parseConfig() says in one sentence which field is of another kind", () => {
  const cases: [unknown, object, RegExp][] = [
    [[1], SD15_UNET, /expected an object/],
    [{ in_channels: "4" }, SD15_UNET, /expected in_channels to be a size, got "4"/],
    [{ layers_per_block: 1e12 }, SD15_UNET, /expected layers_per_block to be a size, got 1000000000000/],
    [{ block_out_channels: 320 }, SD15_UNET, /expected block_out_channels to be a list of sizes, got 320/],
    [{ down_block_types: [] }, SD15_UNET, /expected down_block_types to be a list of texts/],
    [{ cross_attention_dim: null }, SD15_UNET, /expected cross_attention_dim to be a size, got null/],
    [{ norm_eps: "small" }, SD15_UNET, /expected norm_eps to be a number/],
    [{ hidden_act: 1 }, VIT_L_TEXT, /expected hidden_act to be a string, got 1/],
  ];
  for (const [content, otherwise, message] of cases) {
    assert.throws(() => parse(content, otherwise), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /^Reading a\/config\.json failed: /);
      assert.match(error.message, message);
      return true;
    });
  }
  const list = parse({ attention_head_dim: [5, 10, 20, 20], num_attention_heads: null }, SD15_UNET);
  assert.deepEqual(list.attention_head_dim, [5, 10, 20, 20]);
});
