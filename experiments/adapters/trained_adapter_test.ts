import assert from "node:assert/strict";
import { host, readSafetensors, UserError } from "../../lib/engine/mod.ts";
import { MINI_INSTRUCT } from "../mini/models.ts";
import { checkBesideText, readTrainedAdapter, trainedAdapterBytes } from "./trained_adapter.ts";

const weights = { "ip_adapter.1.to_k_ip.weight": host(Float32Array.of(1, 2, 3, 4), [2, 2]) };

Deno.test("readTrainedAdapter() knows where its tokens stand, which only ablations sample with when it is not beside the text", () => {
  for (const replacesText of [false, true]) {
    const bytes = trainedAdapterBytes(weights, { projection: MINI_INSTRUCT, replacesText });
    assert.deepEqual(readTrainedAdapter(bytes), { adapter: weights, replacesText });
    const { metadata } = readSafetensors(bytes);
    assert.deepEqual(JSON.parse(metadata["projection"]!), MINI_INSTRUCT);
    const check = () => checkBesideText(metadata, "Reading the adapter x");
    if (replacesText) assert.throws(check, UserError);
    else check();
  }
});
