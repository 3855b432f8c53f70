/** PNG files of other programs: chunks that pixels do not need, and rows in seven passes. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import { pngText } from "./png.ts";
import { readPicture } from "./read_picture.ts";

type Chunk = readonly [type: string, body: Uint8Array, damaged?: boolean];

function pngOf(chunks: readonly Chunk[]): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    ...chunks.map(([type, body, damaged = false]) => {
      const chunk = Buffer.alloc(12 + body.length);
      chunk.writeUInt32BE(body.length);
      chunk.write(type, 4, "latin1");
      chunk.set(body, 8);
      chunk.writeUInt32BE((crc32(chunk.subarray(4, -4)) ^ (damaged ? 1 : 0)) >>> 0, 8 + body.length);
      return chunk;
    }),
  ]);
}

interface Kind {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced?: boolean;
}

function header({ width, height, depth, colourType, interlaced = false }: Kind): Chunk {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width);
  body.writeUInt32BE(height, 4);
  body.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return ["IHDR", body];
}

const data = (rows: Uint8Array): Chunk => ["IDAT", deflateSync(rows)];
const END: Chunk = ["IEND", new Uint8Array()];

/** 16 x 16 of pixel 4 y + x, one byte each, unfiltered, `channels` times over. */
function rowsOf(channels: number): Uint8Array {
  return Uint8Array.from({ length: 4 * (1 + 4 * channels) }, (_, at) => {
    const y = Math.trunc(at / (1 + 4 * channels)), x = at % (1 + 4 * channels) - 1;
    return x < 0 ? 0 : 4 * y + Math.trunc(x / channels);
  });
}

const RGB = { width: 4, height: 4, depth: 8, colourType: 2 };
const INDEXED = { ...RGB, colourType: 3 };
/** Colours unlike their index. */
const PALETTE: Chunk = ["PLTE", Uint8Array.from({ length: 48 }, (_, i) => 255 - i)];
const reds = ({ pixels }: { pixels: Uint8Array }) => [...pixels].filter((_, i) => i % 4 === 0);
const alphas = ({ pixels }: { pixels: Uint8Array }) => [...pixels].filter((_, i) => i % 4 === 3);
const plain = Array.from({ length: 16 }, (_, i) => i);

Deno.test("readPicture() takes the palette of a truecolour PNG for a suggestion only", async () => {
  for (const [colourType, channels] of [[2, 3], [6, 4]] as const) {
    const rows = rowsOf(channels);
    if (channels === 4) {
      for (let i = 0; i < 4; i++) for (let x = 4; x < 17; x += 4) rows[17 * i + x] = 255;
    }
    const file = pngOf([header({ ...RGB, colourType }), PALETTE, data(rows), END]);
    assert.deepEqual(reds(await readPicture(file)), plain);
  }
  const indexed = pngOf([header(INDEXED), PALETTE, data(rowsOf(1)), END]);
  assert.deepEqual(reds(await readPicture(indexed)), plain.map((i) => 255 - 3 * i));
});

Deno.test("readPicture() lets no chunk decide that pixels do not need", async () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const others: Record<string, readonly Chunk[]> = {
    "a profile that is no zlib": [["iCCP", bytes("sRGB\0\0nonsense")]],
    "a profile without a name": [["iCCP", bytes("")]],
    "text without a keyword": [["tEXt", bytes("no end")], ["tEXt", bytes("")]],
    "text with a wrong checksum": [["tEXt", bytes("a\0b"), true]],
    "a short pHYs": [["pHYs", bytes("abc")]],
    "transparency of another length": [["tRNS", bytes("abcd")], ["tRNS", bytes("abc")]],
    "transparency with a wrong checksum": [["tRNS", Uint8Array.of(0, 0, 0, 0, 0, 0), true]],
    "a gamma of zero": [["gAMA", new Uint8Array(4)]],
  };
  for (const [what, chunks] of Object.entries(others)) {
    const image = await readPicture(pngOf([header(RGB), ...chunks, data(rowsOf(3)), END]));
    assert.deepEqual([reds(image), alphas(image)], [plain, plain.map(() => 255)], what);
  }
  const withAlpha = pngOf([
    header({ ...RGB, colourType: 4 }),
    ["tRNS", new Uint8Array(2)],
    data(rowsOf(2)),
    END,
  ]);
  assert.deepEqual(alphas(await readPicture(withAlpha)), plain);
  const endless = pngOf([header(RGB), data(rowsOf(3))]);
  assert.deepEqual(reds(await readPicture(endless)), plain);
  const brokenOff = pngOf([header(RGB), data(rowsOf(3)), ["tEXt", bytes("a\0b")]]).subarray(0, -6);
  assert.deepEqual(reds(await readPicture(brokenOff)), plain);
  const longer = pngOf([
    header(INDEXED),
    PALETTE,
    ["tRNS", new Uint8Array(17)],
    data(rowsOf(1)),
    END,
  ]);
  assert.deepEqual(alphas(await readPicture(longer)), plain.map(() => 255));
});

Deno.test("readPicture() refuses a PNG without what its pixels need, by name", async () => {
  const cases: [readonly Chunk[], RegExp][] = [
    [[header(INDEXED), data(rowsOf(1)), END], /an indexed one without a palette/],
    [[header(INDEXED), ["PLTE", new Uint8Array(4)], data(rowsOf(1)), END], /a damaged PLTE chunk/],
    [[header({ ...RGB, depth: 4 }), data(rowsOf(3)), END], /one of colour type 2 with 4 bits/],
    [[header(RGB), END], /a truncated or damaged one/],
    [[header(RGB), ["CgBI", new Uint8Array(4)], data(rowsOf(3)), END], /an unknown chunk CgBI/],
    [[["CgBI", new Uint8Array(4)], header(RGB), data(rowsOf(3)), END], /PNG as Apple's tools rewrite it/],
    [[header(RGB), ["PLTE", new Uint8Array(3), true], data(rowsOf(3)), END], /a damaged PLTE chunk/],
    [[header(RGB), [...data(rowsOf(3)).slice(0, 2), true] as unknown as Chunk, END], /truncated or damaged/],
    [[header(RGB), data(rowsOf(3).subarray(0, -13)), END], /truncated or damaged/],
    [[header(RGB), data(rowsOf(3).subarray(0, -2)), END], /truncated or damaged/],
  ];
  for (const [chunks, message] of cases) {
    await assert.rejects(readPicture(pngOf(chunks)), { name: "TypeError", message });
  }
});

/** First column and row of the seven passes, and their steps. */
const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [
  0,
  1,
  1,
  2,
]] as const;

/** Rows of `depth`-bit samples `at(x, y)`, in one pass or seven. */
function packed(
  { width, height, depth, interlaced }: Kind,
  at: (x: number, y: number) => number,
): Uint8Array {
  const bytes: number[] = [];
  for (const [left, top, across, down] of interlaced ? PASSES : [[0, 0, 1, 1]] as const) {
    if (left >= width) continue;
    for (let y = top; y < height; y += down) {
      bytes.push(0);
      let bits = "";
      for (let x = left; x < width; x += across) bits += at(x, y).toString(2).padStart(depth, "0");
      for (let i = 0; i < bits.length; i += 8) {
        bytes.push(Number.parseInt(bits.slice(i, i + 8).padEnd(8, "0"), 2));
      }
    }
  }
  return Uint8Array.from(bytes);
}

Deno.test("readPicture() reads the same pixels of a PNG in seven passes as in one, at every depth and size", async () => {
  for (const [width, height] of [[1, 1], [2, 3], [5, 1], [7, 9], [16, 11]] as const) {
    for (
      const [depth, colourType] of [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [1, 3], [2, 3], [4, 3], [
        8,
        3,
      ]] as const
    ) {
      const colours = Math.min(2 ** depth, 256);
      const extra: Chunk[] = colourType === 3
        ? [
          ["PLTE", Uint8Array.from({ length: 3 * colours }, (_, i) => i * 37 % 256)],
          ["tRNS", Uint8Array.from({ length: colours }, (_, i) => 255 - i * 11 % 256)],
        ]
        : depth < 16
        ? [["tRNS", Uint8Array.of(0, 1)]]
        : [];
      const images = await Promise.all([false, true].map((interlaced) => {
        const kind = { width, height, depth, colourType, interlaced };
        const rows = packed(kind, (x, y) => (x * 5 + y * 3 + 1) % colours);
        return readPicture(pngOf([header(kind), ...extra, data(rows), END]));
      }));
      assert.deepEqual(images[1], images[0], `${width}x${height}, ${depth} bits, type ${colourType}`);
    }
  }
  const kind = { width: 9, height: 9, depth: 2, colourType: 0, interlaced: true };
  const short = packed(kind, () => 1).subarray(0, -9);
  await assert.rejects(readPicture(pngOf([header(kind), data(short), END])), {
    message: /truncated or damaged/,
  });
});

/** A TIFF structure that says orientation 6: a quarter turn. */
const TURNED = Uint8Array.of(
  ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
  ...[1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0],
);

Deno.test("readPicture() turns a PNG by an eXIf chunk only when it is sound", async () => {
  const file = (...chunks: Chunk[]) => pngOf([header(RGB), ...chunks, data(rowsOf(3)), END]);
  const turned = reds(await readPicture(file(["eXIf", TURNED])));
  assert.deepEqual(turned.slice(0, 4), [12, 8, 4, 0]);
  assert.deepEqual(reds(await readPicture(file(["eXIf", TURNED, true]))), plain);
  // A damaged one takes nothing from a sound one beside it.
  assert.deepEqual(
    reds(await readPicture(file(["eXIf", TURNED], ["eXIf", new Uint8Array(8), true]))),
    turned,
  );
});

Deno.test("readPicture() takes a PNG for animated only by a sound acTL of several frames before its pixels", async () => {
  const frames = (...count: number[]): Uint8Array => Uint8Array.of(...count, 0, 0, 0, 0);
  const file = (...chunks: Chunk[]) => pngOf([header(RGB), ...chunks, END]);
  const rows = data(rowsOf(3)), two = frames(0, 0, 0, 2);
  await assert.rejects(readPicture(file(["acTL", two], rows)), { message: /an animated PNG/ });
  const still: Record<string, readonly Chunk[]> = {
    "one frame": [["acTL", frames(0, 0, 0, 1)], rows],
    "no frame": [["acTL", frames(0, 0, 0, 0)], rows],
    "more frames than a PNG can count": [["acTL", frames(128, 0, 0, 2)], rows],
    "behind the pixels": [rows, ["acTL", two]],
    "between them": [["IDAT", rows[1].subarray(0, 5)], ["acTL", two], ["IDAT", rows[1].subarray(5)]],
    "too short": [["acTL", two.subarray(0, 4)], rows],
    "too long": [["acTL", Uint8Array.of(...two, 0)], rows],
    "a wrong checksum": [["acTL", two, true], rows],
  };
  for (const [what, chunks] of Object.entries(still)) {
    assert.deepEqual(reds(await readPicture(file(...chunks))), plain, what);
  }
});

Deno.test("pngText() reads sound texts beside damaged ones", () => {
  const text = (content: string): Uint8Array => Uint8Array.from(content, (letter) => letter.charCodeAt(0));
  const file = pngOf([
    header(RGB),
    ["iCCP", text("x")],
    ["tEXt", text("a\0one")],
    ["tEXt", text("b\0two"), true],
    data(rowsOf(3)),
    ["tEXt", text("c\0three")],
  ]);
  assert.deepEqual(pngText(file), { a: "one", c: "three" });
});
