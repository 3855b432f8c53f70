import assert from "node:assert/strict";
import { host, leaf, type Params, scope } from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { compareCase, readCase } from "../golden/mod.ts";
import { applyLora, readLora } from "./lora.ts";
import { unet } from "./unet.ts";
import type { UnetConfig } from "./unet_config.ts";

const golden = readCase("lora");
const { unet: config, lora: { lora_alpha: alpha }, scales } = golden.config as {
  unet: UnetConfig;
  lora: { lora_alpha: number };
  scales: number[];
};
const weights = scope(golden.weights, "unet");
const kohya = readLora(scope(golden.weights, "lora_kohya"), Object.keys(weights));

Deno.test("applyLora() gives peft's predictions at every scale", async () => {
  const params: Record<string, (typeof weights)[string]> = {};
  for (const scale of scales) {
    for (const [name, array] of Object.entries(applyLora(weights, kohya, { scale }))) {
      params[`${scale}:.${name}`] = array;
    }
  }
  const actual = await evaluate((params, inputs) => {
    const results: Params = {};
    for (const scale of scales) {
      results[`outputs.sample.scale_${scale}`] = unet(scope(params, `${scale}:`), config, {
        sample: leaf(inputs, "sample"),
        timestep: leaf(inputs, "timestep"),
        text: leaf(inputs, "encoder_hidden_states"),
      });
    }
    return results;
  }, { params, inputs: golden.inputs });
  assert.deepEqual(compareCase(golden, actual).filter(({ passed }) => !passed), []);
});

Deno.test("readLora() reads kohya's and peft's key formats alike", () => {
  const peft = readLora(scope(golden.weights, "lora_peft"), Object.keys(weights), { alpha });
  assert.deepEqual(Object.keys(peft).sort(), Object.keys(kohya).sort());
  for (const [name, delta] of Object.entries(kohya)) assert.deepEqual(peft[name], delta);
});

Deno.test("readLora() throws a UserError when a key belongs to no weight or a half is missing", () => {
  const down = host([1, 2], [1, 2]);
  assert.throws(
    () => readLora({ "unet.nowhere.lora_A.weight": down }, ["a.weight"]),
    /unexpected "unet.nowhere.lora_A/,
  );
  assert.throws(
    () => readLora({ "lora_unet_a.lora_down.weight": down }, ["a.weight"]),
    /"a.weight" lacks its up half/,
  );
  assert.deepEqual(readLora({ "lora_te_a.lora_down.weight": down }, ["a.weight"]), {});
});
