import assert from "node:assert/strict";
import type { LayerAnswer } from "../api.ts";
import { browserLayers } from "./browser_layers.ts";

Deno.test("browserLayers() keeps layers for the page where the browser has no database", async () => {
  assert.equal(
    "indexedDB" in globalThis,
    false,
    "Deno has got one: this test then needs another way to take it away",
  );
  const layers = browserLayers(() => 0);
  const layer = { id: "0123456789abcdef", name: "mine.txt", texts: ["copy it"] } as unknown as LayerAnswer;
  assert.equal(await layers.read(layer.id), undefined);
  await layers.keep(layer);
  assert.deepEqual(await layers.read(layer.id), layer);
});
