import assert from "node:assert/strict";
import { host, type HostParams, key, leaf } from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { applyLora, readLora } from "./lora.ts";
import { initLora, loraModule, loraWeights } from "./lora_training.ts";

const params: HostParams = {
  "a.to_q.weight": host(Float32Array.from({ length: 12 }, (_, i) => i / 7), [3, 4]),
  "b.bias": host([1, 2, 3], [3]),
};
const targets = ["a.to_q.weight"];

async function merged(lora: HostParams): Promise<HostParams> {
  return await evaluate(
    (weights, inputs) => loraWeights(weights, inputs),
    { params, inputs: lora },
  );
}

Deno.test("loraWeights() leaves the weights exactly as they are when the LoRA is fresh", async () => {
  const fresh = initLora(key(1), params, { targets, rank: 2 });
  assert.deepEqual(Object.keys(fresh), [
    "lora_unet_a_to_q.lora_down.weight",
    "lora_unet_a_to_q.lora_up.weight",
  ]);
  assert.ok(leaf(fresh, "lora_unet_a_to_q.lora_down.weight").data.some((value) => value !== 0));
  assert.deepEqual(leaf(await merged(fresh), "a.to_q.weight").data, leaf(params, "a.to_q.weight").data);
});

Deno.test("loraWeights() makes the weights that applyLora() makes of the file when trained", async () => {
  const fresh = initLora(key(1), params, { targets, rank: 2 });
  const up = host(Float32Array.from([1, -2, 0.5, 0, 3, 1]), [3, 2]);
  const trained = { ...fresh, "lora_unet_a_to_q.lora_up.weight": up };
  const file = { ...trained, [`${loraModule("a.to_q.weight")}.alpha`]: host([2], []) };
  const expected = applyLora(params, readLora(file, Object.keys(params)), { scale: 1 });
  const found = leaf(await merged(trained), "a.to_q.weight").data;
  leaf(expected, "a.to_q.weight").data.forEach((value, i) =>
    assert.ok(Math.abs(value - (found[i] as number)) < 1e-6)
  );
});

Deno.test("initLora() throws a RangeError when a target is no matrix or too small for the rank", () => {
  assert.throws(() => initLora(key(1), params, { targets: ["b.bias"], rank: 1 }), /at least 1 rows/);
  assert.throws(() => initLora(key(1), params, { targets, rank: 4 }), /\[3,4\]/);
});
