import assert from "node:assert/strict";
import { compile, fold, host, type HostParams, key, normal } from "../engine/mod.ts";
import { applyLora, type Lora } from "./lora.ts";
import { loraHalves, mergeLora } from "./lora_merging.ts";

const random = (name: string, shape: number[]) =>
  host(normal(fold(key("lora"), name), shape.reduce((a, b) => a * b, 1)), shape);
const weights: HostParams = {
  matrix: random("m", [6, 4]),
  filter: random("f", [5, 3, 3, 3]),
  other: random("o", [2]),
};
const lora: Lora = {
  matrix: { down: random("d", [2, 4]), up: random("u", [6, 2]), alpha: 1 },
  filter: { down: random("fd", [2, 3, 3, 3]), up: random("fu", [5, 2, 1, 1]), alpha: 2 },
};

Deno.test("mergeLora() gives inside a graph what applyLora() gives outside", async () => {
  const halves = loraHalves(lora, weights, { scale: 0.7 });
  const program = await compile((frozen, lora) => ({ outputs: mergeLora(frozen, lora) }), {
    frozen: weights,
    state: halves,
  });
  const merged = await program.run({});
  for (const [name, { data, shape }] of Object.entries(applyLora(weights, lora, { scale: 0.7 }))) {
    assert.deepEqual(merged[name]!.shape, shape);
    data.forEach((value, i) => assert.ok(Math.abs(value - merged[name]!.data[i]!) < 1e-5, `${name}[${i}]`));
  }
  await program.dispose();
});

Deno.test("loraHalves() throws when a change belongs to no weight or does not fit it", () => {
  assert.throws(() => loraHalves(lora, { matrix: weights.matrix! }, { scale: 1 }), /"filter": not there/);
  const narrow = { ...weights, matrix: random("n", [6, 5]) };
  assert.throws(() => loraHalves(lora, narrow, { scale: 1 }), RangeError);
});
