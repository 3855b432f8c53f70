import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cannyEdges } from "./canny.ts";
import { readPicture } from "./read_picture.ts";
import { onWhite } from "./fit_picture.ts";

const picture = async (name: string) =>
  onWhite(await readPicture(readFileSync(new URL(`testdata/canny/${name}.png`, import.meta.url))));

Deno.test("cannyEdges() is OpenCV's Canny() with ControlNet's thresholds, pixel for pixel", async () => {
  const [source, expected] = [await picture("source"), await picture("edges")];
  assert.deepEqual(cannyEdges(source), expected);
  const white = expected.pixels.filter((value) => value === 255).length / expected.pixels.length;
  assert.ok(white > 0.02 && white < 0.5, `${white}`);
});

Deno.test("cannyEdges() finds the border of a square, once around, and nothing in a plain picture", () => {
  const side = 20, pixels = new Uint8Array(3 * side * side).fill(40);
  assert.ok(cannyEdges({ width: side, height: side, pixels }).pixels.every((value) => value === 0));
  for (let y = 5; y < 15; y++) pixels.fill(220, 3 * (y * side + 5), 3 * (y * side + 15));
  const { pixels: found } = cannyEdges({ width: side, height: side, pixels });
  const inside = (x: number, y: number) => found[3 * (y * side + x)] === 255;
  for (let i = 7; i < 13; i++) {
    for (const line of [[i, 4], [i, 14], [4, i], [14, i]] as const) {
      const near = [-1, 0, 1].some((d) =>
        line[0] === i ? inside(line[0], line[1] + d) : inside(line[0] + d, line[1])
      );
      assert.ok(near, `${line}`);
    }
  }
  assert.ok(!inside(10, 10) && !inside(1, 1));
});
