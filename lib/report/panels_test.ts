import assert from "node:assert/strict";
import { panelPlaces } from "./panels.ts";

Deno.test("panelPlaces() gives panels from the upper left that do not touch", () => {
  const { places } = panelPlaces(5, 3);
  assert.deepEqual(places.map(({ suffix }) => suffix), ["", "2", "3", "4", "5"]);
  const [first, second, , fourth] = places;
  assert.equal(first!.y[1], 1);
  assert.ok(first!.x[1] < second!.x[0] && fourth!.y[1] < first!.y[0]);
  assert.ok(places.every(({ x, y }) => x[0] >= 0 && x[1] <= 1 + 1e-9 && y[0] >= -1e-9));
  assert.ok(panelPlaces(4, 3).height > panelPlaces(3, 3).height);
});
