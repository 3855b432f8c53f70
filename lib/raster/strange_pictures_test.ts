/** Pictures that people really have: transparent, deep, turned, animated, in other colours and formats. Right, or refused with a sentence. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { encode } from "fast-png";
import { formatOf, pictureHeader } from "./picture_header.ts";
import { onWhite } from "./fit_picture.ts";
import { readPicture } from "./read_picture.ts";

/** A TIFF structure that says an orientation and nothing else. */
const tiff = (orientation: number) =>
  Uint8Array.of(
    0x49,
    0x49,
    42,
    0,
    8,
    0,
    0,
    0,
    1,
    0,
    0x12,
    1,
    3,
    0,
    1,
    0,
    0,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );

/** A PNG with a chunk before its pixels (or at its end). */
function withChunk(
  png: Uint8Array,
  type: string,
  body: Uint8Array,
  where: "start" | "end" = "start",
): Uint8Array {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const chunk = Buffer.alloc(named.length + 8);
  chunk.writeUInt32BE(body.length, 0);
  named.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(named), 4 + named.length);
  const at = where === "start" ? 33 : png.length - 12;
  return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]);
}

/** Two pixels: black, white. */
const pair = encode({ width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 0, 0, 255, 255, 255) });
const reds = ({ pixels }: { pixels: Uint8Array }) => [...pixels].filter((_, i) => i % 4 === 0);

Deno.test("readPicture() puts a half transparent pixel of 16 bits half onto white", async () => {
  const deep = encode({
    width: 2,
    height: 1,
    channels: 4,
    depth: 16,
    data: Uint16Array.of(0, 0, 0, 32896, 65535, 0, 0, 65535),
  });
  assert.deepEqual([...onWhite(await readPicture(deep)).pixels], [127, 127, 127, 255, 0, 0]);
  const grey = encode({ width: 1, height: 1, channels: 2, depth: 16, data: Uint16Array.of(0, 0) });
  assert.deepEqual([...onWhite(await readPicture(grey)).pixels], [255, 255, 255]);
});

Deno.test("readPicture() turns a PNG as its eXIf chunk says, wherever it stands", async () => {
  for (const where of ["start", "end"] as const) {
    const turned = await readPicture(withChunk(pair, "eXIf", tiff(6), where));
    assert.deepEqual([turned.width, turned.height], [1, 2]);
    assert.deepEqual(reds(turned), [0, 255]);
    assert.deepEqual(reds(await readPicture(withChunk(pair, "eXIf", tiff(2), where))), [255, 0]);
  }
  // A damaged or empty one says nothing.
  assert.deepEqual(reds(await readPicture(withChunk(pair, "eXIf", Uint8Array.of(1, 2, 3)))), [0, 255]);
});

/** A lossless WebP of the package's own as an extended file with these flags and chunks. */
function extendedWebp(flags: number, chunks: readonly Uint8Array[]): Uint8Array {
  const plain = readFileSync(new URL("testdata/two.webp", import.meta.url));
  const head = Buffer.alloc(18);
  head.write("VP8X", 0, "latin1");
  head.writeUInt32LE(10, 4);
  head.writeUInt8(flags, 8);
  head.writeUIntLE(1, 12, 3); // width − 1
  head.writeUIntLE(0, 15, 3); // height − 1
  const body = Buffer.concat([Buffer.from("WEBP", "latin1"), head, plain.subarray(12), ...chunks]);
  const riff = Buffer.alloc(8);
  riff.write("RIFF", 0, "latin1");
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}

function riffChunk(type: string, body: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.write(type, 0, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

Deno.test("readPicture() turns a WebP as its EXIF chunk says, and refuses an animated one", async () => {
  const still = extendedWebp(0, []);
  assert.deepEqual(reds(await readPicture(still)), [0, 255]);
  const turned = await readPicture(extendedWebp(8, [riffChunk("EXIF", tiff(6))]));
  assert.deepEqual([turned.width, turned.height], [1, 2]);
  await assert.rejects(readPicture(extendedWebp(2, [])), {
    message: /expected a still picture, got an animated WebP/,
  });
});

Deno.test("readPicture() refuses an animated PNG, a CMYK JPEG and one of 12 bits with a sentence", async () => {
  const animated = withChunk(pair, "acTL", Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0));
  await assert.rejects(readPicture(animated), { message: "expected a still picture, got an animated PNG" });
  const jpeg = (depth: number, components: number) =>
    Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 20, depth, 0, 8, 0, 8, components, ...new Array(12).fill(0));
  await assert.rejects(readPicture(jpeg(8, 4)), { message: /expected an RGB or grey JPEG, got a CMYK one/ });
  await assert.rejects(readPicture(jpeg(12, 3)), { message: /expected a JPEG of 8 bits, got one of 12/ });
});

Deno.test("pictureHeader() names the formats that it does not read", () => {
  const box = (brand: string) => `\0\0\0\x18ftyp${brand}\0\0\0\0`;
  const files = {
    GIF: "GIF89a",
    TIFF: "II*\0",
    BMP: "BM....",
    AVIF: box("avif"),
    HEIC: box("heic"),
    "JPEG XL": "\xff\x0a",
    SVG: '<?xml version="1.0"?><svg/>',
  };
  for (const [name, start] of Object.entries(files)) {
    assert.equal(formatOf(Buffer.from(start, "latin1")), name);
    assert.throws(() => pictureHeader(Buffer.from(start, "latin1")), {
      name: "TypeError",
      message: `expected a PNG, JPEG or WebP picture, got a file of ${name}: convert it first`,
    });
  }
});

Deno.test("pictureHeader() names what was fetched in place of a picture, behind a byte order mark, too", () => {
  const files = {
    "a pointer of Git LFS: fetch the file itself":
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
    "a web page: download the file itself": "<!DOCTYPE html><html>",
    "an error that a server sent": '{"error":"Entry not found"}',
    "a file of SVG: convert it first": "<svg/>",
  };
  for (const [what, text] of Object.entries(files)) {
    for (const mark of ["", "\ufeff"]) {
      assert.throws(
        () => pictureHeader(Buffer.from(mark + text)),
        (error) => error instanceof TypeError && error.message.includes(`picture, got ${what}`),
      );
    }
  }
});
