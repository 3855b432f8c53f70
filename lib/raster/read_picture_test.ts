import assert from "node:assert/strict";
import { encode } from "fast-png";
import { encodePng, pngText } from "./png.ts";
import { readPicture } from "./read_picture.ts";
import { fitPicture, isTransparent, onWhite } from "./fit_picture.ts";

/** A grey baseline JPEG of 16x8 pixels by hand: the left block 128, the right one 192. */
function smallJpeg(orientation: number): Uint8Array {
  const segment = (marker: number, body: readonly number[]) => [
    0xff,
    marker,
    (body.length + 2) >> 8,
    (body.length + 2) & 255,
    ...body,
  ];
  const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
  const sixteen = (...counts: number[]) => [...counts, ...new Array<number>(16 - counts.length).fill(0)];
  return Uint8Array.from([
    0xff,
    0xd8,
    ...segment(0xe1, [
      ...letters("Exif\0\0II*\0\x08\0\0\0\x01\0"),
      ...[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0],
    ]),
    ...segment(0xdb, [0, ...new Array<number>(64).fill(1)]),
    ...segment(0xc0, [8, 0, 8, 0, 16, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0, ...sixteen(0, 2), 0, 10]), // "00": same brightness, "01": ten bits of difference
    ...segment(0xc4, [0x10, ...sixteen(1), 0]), // "0": end of block
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...[0b00001100, 0b00000000, 0xff, 0xd9],
  ]);
}

Deno.test("readPicture() reads every kind of PNG as the same pixels when they hold the same picture", async () => {
  const [width, height] = [2, 1];
  const white = [255, 255, 255, 255], black = [0, 0, 0, 255];
  const files = {
    rgb: encode({ width, height, channels: 3, data: Uint8Array.of(255, 255, 255, 0, 0, 0) }),
    rgba: encode({ width, height, channels: 4, data: Uint8Array.of(...white, ...black) }),
    grey: encode({ width, height, channels: 1, data: Uint8Array.of(255, 0) }),
    deep: encode({ width, height, channels: 1, depth: 16, data: Uint16Array.of(65535, 0) }),
    bits: encode({ width, height, channels: 1, depth: 1, data: Uint8Array.of(0b10000000) }),
  };
  for (const [kind, file] of Object.entries(files)) {
    assert.deepEqual([...(await readPicture(file)).pixels], [...white, ...black], kind);
  }
});

Deno.test("readPicture() puts transparency where a PNG has it, and onWhite() puts it on white", async () => {
  const half = encode({ width: 1, height: 2, channels: 4, data: Uint8Array.of(0, 0, 0, 0, 200, 0, 0, 255) });
  const image = await readPicture(half);
  assert.ok(isTransparent(image));
  assert.deepEqual([...onWhite(image).pixels], [255, 255, 255, 200, 0, 0]);
});

Deno.test("readPicture() turns a JPEG as EXIF says", async () => {
  const upright = await readPicture(smallJpeg(1));
  assert.deepEqual([upright.width, upright.height], [16, 8]);
  const at = (image: typeof upright, x: number, y: number) => image.pixels[4 * (y * image.width + x)]!;
  assert.deepEqual([at(upright, 3, 3), at(upright, 12, 3)], [128, 192]);
  const turned = await readPicture(smallJpeg(6));
  assert.deepEqual([turned.width, turned.height], [8, 16]);
  assert.deepEqual([at(turned, 3, 3), at(turned, 3, 12)], [128, 192]);
  const mirrored = await readPicture(smallJpeg(2));
  assert.deepEqual([at(mirrored, 3, 3), at(mirrored, 12, 3)], [192, 128]);
});

Deno.test("readPicture() says what is wrong when a file is no sound picture", async () => {
  const png = encodePng({ width: 4, height: 4, pixels: new Uint8Array(48) });
  const huge = png.slice();
  new DataView(huge.buffer).setUint32(16, 20_000);
  for (
    const [bytes, message] of [
      [new Uint8Array(0), /got an empty file/],
      [new TextEncoder().encode("hello"), /got 5 bytes of something else/],
      [png.subarray(0, 50), /a truncated or damaged one/],
      [png.subarray(0, 12), /a truncated or damaged one/],
      [huge, /expected sides from 1 to 8192 pixels, got 20000x4/],
      [smallJpeg(1).subarray(0, 60), /a truncated or damaged one/],
    ] as const
  ) await assert.rejects(readPicture(bytes), { message });
});

Deno.test("fitPicture() averages areas, cuts or pads around the centre", () => {
  // Four columns: black, white, white, black; two rows.
  const pixels = Uint8Array.from(
    { length: 4 * 8 },
    (_, i) => i % 4 === 3 ? 255 : [0, 255, 255, 0][(i >> 2) % 4]!,
  );
  const wide = { width: 4, height: 2, pixels };
  const red = (picture: { pixels: Uint8Array }) => [...picture.pixels].filter((_, i) => i % 3 === 0);
  assert.deepEqual(red(fitPicture(wide, { width: 2, height: 2, fit: "crop" })), [255, 255, 255, 255]);
  assert.deepEqual(red(fitPicture(wide, { width: 2, height: 2, fit: "pad" })), [128, 128, 255, 255]);
  assert.deepEqual(red(fitPicture(wide, { width: 4, height: 2, fit: "pad" })), red(onWhite(wide)));
});

Deno.test("encodePng() keeps text that pngText() reads", () => {
  const picture = { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) };
  assert.deepEqual(pngText(encodePng(picture, { text: { keyword: "some text" } })), { keyword: "some text" });
  assert.deepEqual(pngText(encodePng(picture)), {});
  assert.throws(() => pngText(Uint8Array.of(1, 2)), TypeError);
});
