import assert from "node:assert/strict";
import { onWhite } from "./fit_picture.ts";
import { readPicture } from "./read_picture.ts";
import { encodeWebp } from "./webp.ts";

Deno.test("encodeWebp() keeps a smooth picture within a few levels, in the same bytes each time", async () => {
  const [width, height] = [40, 30];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [4 * x, 100, 7 * y][i % 3]!;
  });
  const bytes = await encodeWebp({ width, height, pixels }, { quality: 95 });
  assert.deepEqual(await encodeWebp({ width, height, pixels }, { quality: 95 }), bytes);
  const back = onWhite(await readPicture(bytes));
  assert.deepEqual([back.width, back.height], [width, height]);
  const error = back.pixels.reduce((sum, value, i) => sum + Math.abs(value - pixels[i]!), 0) / pixels.length;
  assert.ok(error < 4, `${error}`);
});

Deno.test("encodeWebp() names sizes that do not agree", () =>
  assert.rejects(
    encodeWebp({ width: 2, height: 2, pixels: new Uint8Array(3) }, { quality: 95 }),
    /needs 2x2x3 bytes, got 3/,
  ));
