/**
 * The chunks of a PNG file, and the file without those that its pixels do not need: a suggested palette, a damaged colour profile or
 * text must not decide whether the picture is read, or as what. Rules of the PNG specification, in libpng's reading of the doubtful cases.
 */
import { joinedBytes } from "../engine/joined.ts";

/** One chunk. */
export interface PngChunk {
  /** Four letters; a lower-case first letter marks one that pixels can do without. */
  readonly type: string;
  /** Its content. */
  readonly body: Uint8Array;
  /** Whether its checksum is right. */
  readonly sound: boolean;
  /** Length, type, content and checksum, as stored. */
  readonly whole: Uint8Array;
}

const SIGNATURE = 8;
/** Bytes of a chunk beside its content: length, type, checksum. */
const FRAME = 12;
/** An IEND chunk. */
const END = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);
/** Colour types by number: channels, depths, and the length of their tRNS chunk (that of an indexed picture is its palette's at most). */
const COLOUR_TYPES: Readonly<
  Record<number, { channels: number; depths: readonly number[]; transparency?: number }>
> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16], transparency: 2 },
  2: { channels: 3, depths: [8, 16], transparency: 6 },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

let table: Uint32Array | undefined;

/** CRC-32 as PNG and zip files have it. */
function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  let sum = 0xffffffff;
  for (const byte of bytes) sum = table[(sum ^ byte) & 255]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const letters = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The chunks of a PNG file, up to IEND or to where it breaks off; checksums of pixel data are left to the decoder and called right. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE; at + FRAME <= bytes.length;) {
    const length = data.getUint32(at);
    const whole = bytes.subarray(at, at + FRAME + length);
    if (whole.length < FRAME + length) return;
    const type = letters(whole.subarray(4, 8)), named = whole.subarray(4, 8 + length);
    const sound = type === "IDAT" || crc32(named) === data.getUint32(at + 8 + length);
    yield { type, body: named.subarray(4), sound, whole };
    if (type === "IEND") return;
    at += whole.length;
  }
}

/** What decides how the pixels of a PNG are read. */
export interface PlainPng {
  /** A whole file of IHDR, a palette and transparency where they count, IDAT and IEND. */
  readonly bytes: Uint8Array;
  /** Contents of its IDAT chunks. */
  readonly compressed: readonly Uint8Array[];
  /** Bits of a sample. */
  readonly depth: number;
  /** Samples of a pixel, as stored. */
  readonly channels: number;
  /** Whether its rows are stored in seven passes. */
  readonly interlaced: boolean;
  /** The same without its transparency; absent where there is none. */
  readonly opaque?: Uint8Array;
}

/**
 * A PNG file without what its pixels do not need.
 *
 * @throws TypeError when a chunk that they need is missing, damaged or unknown.
 */
export function plainPng(bytes: Uint8Array): PlainPng {
  const kept: Uint8Array[] = [bytes.subarray(0, SIGNATURE)];
  const refuse = (why: string): never => {
    throw new TypeError(`expected a whole PNG, got ${why}`);
  };
  let header: Uint8Array | undefined, transparency: Uint8Array | undefined, colours = 0;
  const compressed: Uint8Array[] = [];
  for (const { type, body, sound, whole } of pngChunks(bytes)) {
    if (!header && type !== "IHDR") break;
    if (type === "IEND") break;
    const critical = type[0]! <= "Z";
    if (!sound) {
      if (critical) refuse(`one with a damaged ${type} chunk`);
      continue;
    }
    const indexed = header?.[9] === 3;
    if (type === "IHDR") {
      if (header || body.length !== 13) refuse("one with a damaged IHDR chunk");
      header = body;
      if (!COLOUR_TYPES[body[9]!]?.depths.includes(body[8]!)) {
        refuse(`one of colour type ${body[9]} with ${body[8]} bits`);
      }
    } else if (type === "PLTE") {
      // In a truecolour picture it only suggests what to do on a screen of few colours.
      if (!indexed) continue;
      if (colours > 0 || body.length === 0 || body.length % 3 !== 0 || body.length > 768) {
        refuse("one with a damaged PLTE chunk");
      }
      colours = body.length / 3;
    } else if (type === "tRNS") {
      const length = COLOUR_TYPES[header![9]!]?.transparency;
      const fits = indexed ? body.length > 0 && body.length <= colours : body.length === length;
      if (!fits || compressed.length > 0 || transparency) continue;
      transparency = whole;
    } else if (type === "IDAT") {
      if (indexed && colours === 0) refuse("an indexed one without a palette");
      compressed.push(body);
    } else if (critical) refuse(`one with an unknown chunk ${type} that it calls needed`);
    else continue;
    kept.push(whole);
  }
  if (!header || compressed.length === 0) {
    throw new TypeError("expected a whole PNG, got a truncated or damaged one");
  }
  const facts = {
    bytes: joinedBytes([...kept, END]),
    compressed,
    depth: header[8]!,
    channels: COLOUR_TYPES[header[9]!]!.channels,
    interlaced: header[12] === 1,
  };
  if (!transparency) return facts;
  return { ...facts, opaque: joinedBytes([...kept.filter((chunk) => chunk !== transparency), END]) };
}
