import assert from "node:assert/strict";
import { layerRefusal } from "./layer_refusal.ts";

Deno.test("layerRefusal() says of a picture that it is one and where it belongs, and takes other files up to their limit", () => {
  const picture = { name: "cat.png", type: "image/png", size: 10 };
  assert.equal(
    layerRefusal(picture, { pictures: true }),
    "Reading the layer failed: expected a file of instructions, got the picture cat.png: drop pictures on “Condition image” under “What it makes”",
  );
  assert.match(layerRefusal(picture, { pictures: false }) ?? "", /got the picture cat\.png$/);
  for (const type of ["", "text/plain", "text/csv"]) {
    assert.equal(layerRefusal({ name: "a.csv", type, size: 1 << 24 }, { pictures: true }), undefined);
  }
  assert.match(
    layerRefusal({ name: "a.csv", type: "", size: (1 << 24) + 1 }, { pictures: true }) ?? "",
    /16777217/,
  );
});
