import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { host, type HostParams, UserError } from "../engine/mod.ts";
import { type LoraFile, readLoraFile } from "./lora.ts";
import { adapterConfigBeside } from "./lora_settings.ts";

const weights = {
  unet: ["down.0.to_q.weight", "down.0.to_k.weight"],
  text_encoder: ["text_model.layers.0.q_proj.weight"],
};
const down = host([1, 2, 3, 4, 5, 6], [2, 3]), up = host([1, 0, 0, 1], [2, 2]);

/** Halves of the modules, under peft's names and after `start`. */
function peft(start: string, modules: readonly string[] = ["down.0.to_q", "down.0.to_k"]): HostParams {
  return Object.fromEntries(
    modules.flatMap((
      name,
    ) => [[`${start}${name}.lora_A.weight`, down], [`${start}${name}.lora_B.weight`, up]]),
  );
}

const header = (fields: Record<string, unknown>) => ({ lora_adapter_metadata: JSON.stringify(fields) });
const alphas = (file: LoraFile) => {
  const { unet, text_encoder } = readLoraFile(file, weights);
  return Object.fromEntries(
    Object.entries({ ...unet, ...text_encoder }).map(([name, { alpha }]) => [name, alpha]),
  );
};

Deno.test("readLoraFile() finds the same strength in diffusers' header, peft's adapter_config.json and kohya's tensors", () => {
  const expected = { "down.0.to_q.weight": 8, "down.0.to_k.weight": 8 };
  const kohya = Object.fromEntries(["q", "k"].flatMap((name) => [
    [`lora_unet_down_0_to_${name}.lora_down.weight`, down],
    [`lora_unet_down_0_to_${name}.lora_up.weight`, up],
    [`lora_unet_down_0_to_${name}.alpha`, host([8], [])],
  ]));
  assert.deepEqual(alphas({ tensors: kohya }), expected);
  const metadata = header({
    "unet.r": 2,
    "unet.lora_alpha": 8,
    "unet.alpha_pattern": {},
    "text_encoder.lora_alpha": 3,
  });
  assert.deepEqual(alphas({ tensors: peft("unet."), metadata }), expected);
  const beside = JSON.stringify({ r: 2, lora_alpha: 8, peft_type: "LORA", use_rslora: false });
  assert.deepEqual(alphas({ tensors: peft("base_model.model."), beside }), expected);
  // The file's own word is the last; without any, the rank.
  assert.deepEqual(alphas({ tensors: kohya, metadata: header({ "unet.lora_alpha": 1 }) }), expected);
  assert.deepEqual(alphas({ tensors: peft("unet.") }), { "down.0.to_q.weight": 2, "down.0.to_k.weight": 2 });
});

Deno.test("readLoraFile() takes each part's own alpha, peft's exceptions by name and the square root of use_rslora", () => {
  const tensors = { ...peft("unet."), ...peft("text_encoder.", ["text_model.layers.0.q_proj"]) };
  const metadata = header({
    "unet.lora_alpha": 8,
    "unet.alpha_pattern": { "to_k": 3, "o_q": 99 },
    "text_encoder.lora_alpha": 4,
    "text_encoder.use_rslora": true,
  });
  assert.deepEqual(alphas({ tensors, metadata }), {
    "down.0.to_q.weight": 8,
    "down.0.to_k.weight": 3,
    "text_model.layers.0.q_proj.weight": 4 * Math.sqrt(2),
  });
});

Deno.test("readLoraFile() finds the part by the names that fit where the file names none", () => {
  for (const start of ["base_model.model.", ""]) {
    const tensors = { ...peft(start), ...peft(start, ["text_model.layers.0.q_proj"]) };
    const { unet, text_encoder } = readLoraFile({ tensors }, weights);
    assert.deepEqual([Object.keys(unet).length, Object.keys(text_encoder).length], [2, 1]);
  }
  const old = {
    "down.0.processor.to_q_lora.down.weight": down,
    "down.0.processor.to_q_lora.up.weight": up,
  };
  assert.deepEqual(Object.keys(readLoraFile({ tensors: old }, weights).unet), ["down.0.to_q.weight"]);
});

Deno.test("readLoraFile() names other kinds of files, damaged settings and numbers that are not finite", () => {
  const good = peft("unet.");
  const refuse = (file: LoraFile, message: RegExp) =>
    assert.throws(() => readLoraFile(file, weights), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  for (
    const [name, kind] of [
      ["lora_unet_down_0_to_q.hada_w1_a", /got a LoHa/],
      ["lora_unet_down_0_to_q.lokr_w1", /got a LoKr/],
      ["lora_unet_down_0_to_q.dora_scale", /got a DoRA/],
      ["base_model.model.down.0.to_q.lora_magnitude_vector", /got a DoRA/],
      ["lora_unet_down_0_to_q.lora_mid.weight", /in Tucker's form/],
      ["lora_unet_down_0_to_q.on_input", /got an IA³/],
      ["lora_unet_down_0_to_q.a1.weight", /got a GLoRA/],
      ["lora_unet_down_0_norm.w_norm", /got scales and shifts of norms/],
      ["lora_te2_text_model_layers_0_q_proj.lora_down.weight", /a LoRA for SDXL/],
      ["lora_unet_input_blocks_4_1_proj_in.lora_down.weight", /a LoRA for SDXL/],
      ["lora_unet_double_blocks_0_img_attn.lora_down.weight", /Flux/],
      ["control_model.input_blocks.0.0.weight", /a ControlNet under the names of its original code/],
    ] as const
  ) refuse({ tensors: { ...good, [name]: down } }, kind);
  refuse(
    { tensors: good, metadata: { lora_adapter_metadata: "{" } },
    /lora_adapter_metadata failed: expected a JSON object/,
  );
  refuse(
    { tensors: good, metadata: header({ "unet.lora_alpha": "8" }) },
    /expected lora_alpha to be a number, got "8"/,
  );
  refuse({ tensors: good, beside: '{"use_dora":true}' }, /got a DoRA/);
  refuse({ tensors: good, beside: '{"peft_type":"LOHA"}' }, /got peft_type "LOHA"/);
  refuse(
    { tensors: good, beside: '{"lora_alpha":1,"alpha_pattern":{"(":1}}' },
    /alpha_pattern "\(" is no pattern/,
  );
  const broken = { ...good, "unet.down.0.to_q.lora_A.weight": { ...down, data: down.data.map(() => NaN) } };
  assert.throws(() => readLoraFile({ tensors: broken }, weights), {
    name: "NotFiniteError",
    message: /"unet\.down\.0\.to_q\.lora_A\.weight" holds NaN/,
  });
  const twice = { ...good, "down.0.to_q.lora_A.weight": { ...down, data: down.data.map((x) => x + 1) } };
  refuse({ tensors: twice }, /"down\.0\.to_q\.lora_A\.weight" is another one than that before it/);
  readLoraFile({ tensors: { ...good, "down.0.to_q.lora_A.weight": down } }, weights);
});

Deno.test("adapterConfigBeside() reads the file for peft's names only", () => {
  const folder = mkdtempSync(join(tmpdir(), "lora-"));
  try {
    const path = join(folder, "adapter_model.safetensors");
    assert.equal(adapterConfigBeside(path, ["a.lora_A.weight"]), undefined);
    writeFileSync(join(folder, "adapter_config.json"), "{}");
    assert.equal(adapterConfigBeside(path, ["a.lora_A.weight"]), "{}");
    assert.equal(adapterConfigBeside(path, ["lora_unet_a.lora_down.weight"]), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
