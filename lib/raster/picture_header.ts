/** What a picture file's first bytes tell: its format and size, before anything is decoded. */
import { beginning, standIn } from "../engine/stand_in.ts";
import { pngChunks } from "./png_chunks.ts";

/** Formats that {@link readPicture} decodes. */
export type PictureFormat = "PNG" | "JPEG" | "WebP";

/** What a file says of itself. */
export interface PictureHeader {
  /** By the file's first bytes, not by its name. */
  readonly format: PictureFormat;
  /** In pixels, as stored. */
  readonly width: number;
  /** In pixels, as stored. */
  readonly height: number;
  /** Whether it holds several frames. */
  readonly animated: boolean;
  /** EXIF orientation, 1 (as stored) to 8. */
  readonly orientation: number;
  /** Colour components of a JPEG: 1 grey, 3 colour, 4 CMYK. */
  readonly components?: number;
  /** Bits of a JPEG's sample. */
  readonly depth?: number;
}

const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length));

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** EXIF orientation of a TIFF structure; 1 where it says none, or is damaged. */
function tiffOrientation(tiff: Uint8Array): number {
  const data = view(tiff);
  try {
    const little = data.getUint16(0) === 0x4949;
    const directory = data.getUint32(4, little);
    for (let i = 0; i < data.getUint16(directory, little); i++) {
      const entry = directory + 2 + 12 * i;
      if (data.getUint16(entry, little) === 0x0112) return data.getUint16(entry + 8, little);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** The same behind the mark that JPEG puts before it, and some WebP writers, too. */
function exifOrientation(body: Uint8Array): number {
  return ascii(body, 0, 4) === "Exif" ? tiffOrientation(body.subarray(6)) : 1;
}

function pngHeader(bytes: Uint8Array): PictureHeader {
  const data = view(bytes);
  const first = ascii(bytes, 12, 4);
  if (first === "CgBI") {
    throw new TypeError(
      "expected a PNG, JPEG or WebP picture, got a PNG as Apple's tools rewrite it: convert it first",
    );
  }
  if (first !== "IHDR") throw new RangeError("no header");
  let animated = false, orientation = 1, pixels = false;
  for (const { type, body, sound } of pngChunks(bytes)) {
    pixels ||= type === "IDAT";
    if (!sound) continue;
    // A count of frames says so before the pixels only; a PNG's numbers end at 2³¹ − 1, and none is no count.
    if (type === "acTL" && !pixels && body.length === 8) animated = view(body).getInt32(0) > 1;
    // It may stand before or behind the pixels.
    if (type === "eXIf") orientation = tiffOrientation(body);
  }
  return { format: "PNG", width: data.getUint32(16), height: data.getUint32(20), animated, orientation };
}

/** Orientation of an extended WebP: its EXIF chunk stands behind the pixels. */
function webpOrientation(bytes: Uint8Array): number {
  const data = view(bytes);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = data.getUint32(at + 4, true);
    if (ascii(bytes, at, 4) === "EXIF") {
      const body = bytes.subarray(at + 8, at + 8 + length);
      return ascii(body, 0, 4) === "Exif" ? exifOrientation(body) : tiffOrientation(body);
    }
    at += 8 + length + length % 2;
  }
  return 1;
}

function webpHeader(bytes: Uint8Array): PictureHeader {
  const data = view(bytes);
  const side = (at: number) => 1 + (data.getUint16(at, true) | (data.getUint8(at + 2) << 16));
  const made = (width: number, height: number, animated = false): PictureHeader => ({
    format: "WebP",
    width,
    height,
    animated,
    orientation: webpOrientation(bytes),
  });
  switch (ascii(bytes, 12, 4)) {
    case "VP8X":
      return made(side(24), side(27), (data.getUint8(20) & 2) !== 0);
    case "VP8L": {
      const bits = data.getUint32(21, true);
      return made(1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
    }
    default:
      return made(data.getUint16(26, true) & 0x3fff, data.getUint16(28, true) & 0x3fff);
  }
}

function jpegHeader(bytes: Uint8Array): PictureHeader {
  const data = view(bytes);
  let orientation = 1;
  for (let at = 2; data.getUint8(at) === 0xff;) {
    const marker = data.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // padding
      continue;
    }
    const length = data.getUint16(at + 2);
    if (marker === 0xe1 && orientation === 1) {
      orientation = exifOrientation(bytes.subarray(at + 4, at + 2 + length));
    }
    // Start of frame: C0 … CF but for the tables C4, C8 and CC.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [data.getUint16(at + 5), data.getUint16(at + 7)];
      return {
        format: "JPEG",
        width,
        height,
        animated: false,
        orientation,
        components: data.getUint8(at + 9),
        depth: data.getUint8(at + 4),
      };
    }
    at += 2 + length;
  }
  throw new RangeError("no frame");
}

/** Formats that people have and that are not decoded here, by what their files begin with. */
const OTHERS: readonly (readonly [name: string, starts: (start: string) => boolean])[] = [
  ["GIF", (start) => start.startsWith("GIF8")],
  ["TIFF", (start) => start.startsWith("II*\0") || start.startsWith("MM\0*")],
  ["BMP", (start) => start.startsWith("BM")],
  ["PSD", (start) => start.startsWith("8BPS")],
  ["JPEG XL", (start) => start.startsWith("\xff\x0a") || start.slice(4, 8) === "JXL "],
  ["AVIF", (start) => start.slice(4, 12) === "ftypavif" || start.slice(4, 12) === "ftypavis"],
  ["HEIC", (start) => /^ftyp(heic|heix|hevc|mif1|msf1)/.test(start.slice(4))],
  ["JPEG 2000", (start) => start.slice(4, 8) === "jP  "],
  ["PDF", (start) => start.startsWith("%PDF")],
  ["SVG", (start) => /^\s*<(\?xml|svg)/.test(start)],
];

/** Formats that are decoded, likewise. */
const READ: readonly (readonly [name: PictureFormat, starts: (start: string) => boolean])[] = [
  ["PNG", (start) => start.startsWith("\x89PNG")],
  ["JPEG", (start) => start.startsWith("\xff\xd8")],
  ["WebP", (start) => start.startsWith("RIFF") && start.slice(8, 12) === "WEBP"],
];

/** The format of a picture, or of a document that people take for one, by its first bytes; nothing where they begin none that is known. */
export function formatOf(bytes: Uint8Array): string | undefined {
  const start = beginning(bytes);
  return [...READ, ...OTHERS].find(([, starts]) => starts(start))?.[0];
}

const HEADERS: Readonly<Record<PictureFormat, (bytes: Uint8Array) => PictureHeader>> = {
  PNG: pngHeader,
  JPEG: jpegHeader,
  WebP: webpHeader,
};

/**
 * Reads a picture's header.
 *
 * @throws TypeError when the bytes are no PNG, JPEG or WebP, or end within the header.
 */
export function pictureHeader(bytes: Uint8Array): PictureHeader {
  if (bytes.length === 0) throw new TypeError("expected a PNG, JPEG or WebP picture, got an empty file");
  const format = READ.find(([, starts]) => starts(ascii(bytes, 0, 32)))?.[0];
  if (!format) {
    const other = formatOf(bytes);
    const got = other ? `a file of ${other}: convert it first` : standIn(beginning(bytes));
    throw new TypeError(
      `expected a PNG, JPEG or WebP picture, got ${got ?? `${bytes.length} bytes of something else`}`,
    );
  }
  try {
    return HEADERS[format](bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError("expected a whole picture, got a truncated or damaged one");
  }
}
