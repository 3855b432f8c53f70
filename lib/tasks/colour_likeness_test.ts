import assert from "node:assert/strict";
import { colourLikeness } from "./colour_likeness.ts";

const plain = (...colour: number[]) => Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => colour[i % 3]!);

Deno.test("colourLikeness() is the share of common colours wherever they stand when two pictures are compared", () => {
  const red = plain(200, 10, 10), blue = plain(10, 10, 200);
  const half = red.slice();
  half.set(blue.subarray(0, half.length / 2));
  assert.equal(colourLikeness(red, blue), 0);
  assert.ok(Math.abs(colourLikeness(red, red) - 1) < 1e-9);
  assert.ok(Math.abs(colourLikeness(half, blue) - 0.5) < 1e-9);
  const framed = red.slice();
  for (let y = 8; y < 56; y++) framed.set(blue.subarray(0, 48 * 3), (y * 64 + 8) * 3);
  assert.ok(colourLikeness(framed, red) < 0.5);
  assert.ok(Math.abs(colourLikeness(framed, red, { margin: 8 }) - 1) < 1e-9);
  const turned = half.toReversed().map((_, i, all) => all[i - i % 3 + 2 - i % 3]!);
  assert.ok(Math.abs(colourLikeness(half, turned) - 1) < 1e-9);
});
