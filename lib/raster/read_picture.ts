/** A picture file of any common kind to pixels. */
import { convertIndexedToRgb, decode } from "fast-png";
import { pictureHeader } from "./picture_header.ts";
import { type PlainPng, plainPng } from "./png_chunks.ts";
import { checkRows } from "./png_rows.ts";
import { premultiply, type Rgba } from "./rgba.ts";
import { initialiseSvg, rasterise } from "./svg.ts";
import { decodeWebp } from "./webp.ts";

/** Longest side that {@link readPicture} decodes, in pixels. */
export const LARGEST_SIDE = 8192;

/** Samples of a row at fewer than 8 bits, stretched to 0 … 255. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const most = 2 ** depth - 1, perByte = 8 / depth, stride = Math.ceil(width / perByte);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width, byte = data[Math.floor(i / width) * stride + Math.floor(x / perByte)]!;
    return ((byte >> (8 - depth * (1 + x % perByte))) & most) * 255 / most;
  });
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

/**
 * Decodes by resvg, which renders pictures inside SVG documents and leaves out those that it cannot decode.
 *
 * @param options.opaque the same picture without transparency; absent where it has none.
 */
async function decodeByDrawing(
  bytes: Uint8Array,
  options: { format: "png" | "jpeg"; width: number; height: number; opaque?: Uint8Array | undefined },
): Promise<Rgba> {
  const { format, width, height, opaque } = options;
  await initialiseSvg();
  const draw = (file: Uint8Array) =>
    rasterise(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
        `<image width="${width}" height="${height}" image-rendering="optimizeSpeed" ` +
        `href="data:image/${format};base64,${base64(file)}"/></svg>`,
    );
  const image = draw(bytes);
  if (image.pixels[3] !== 255 && !(opaque && draw(opaque).pixels[3] === 255)) {
    throw new TypeError("not decoded");
  }
  return image;
}

async function decodePng(plain: PlainPng, size: { width: number; height: number }): Promise<Rgba> {
  const { interlaced, depth: bitsOfSample, channels: samples } = plain;
  await checkRows(plain.compressed, { ...size, interlaced, bits: bitsOfSample * samples });
  // fast-png takes interlaced samples of less than a byte for bytes.
  if (interlaced && bitsOfSample < 8) {
    return await decodeByDrawing(plain.bytes, { ...size, format: "png", opaque: plain.opaque });
  }
  const file = decode(plain.bytes, { checkCrc: true });
  const { width, height, depth, palette, transparency } = file;
  const channels = palette ? (palette[0]?.length ?? 3) : file.channels;
  const stored = palette ? convertIndexedToRgb(file) : file.data;
  const eight = palette || depth === 8
    ? stored
    : depth === 16
    ? Uint8Array.from(stored, (value) => Math.round(value / 257))
    : unpack(stored, width, height, depth);
  const pixels = new Uint8Array(4 * width * height);
  const colours = channels >= 3 ? 3 : 1;
  const seeThrough = (i: number): boolean => {
    if (!transparency || palette || channels !== colours) return false;
    const whole = depth === 16 ? stored : eight, factor = depth < 8 ? 255 / (2 ** depth - 1) : 1;
    for (let c = 0; c < colours; c++) {
      if (whole[i * channels + c] !== transparency[c]! * factor) return false;
    }
    return true;
  };
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = eight[i * channels + (colours === 3 ? c : 0)]!;
    pixels[4 * i + 3] = channels > colours ? eight[i * channels + colours]! : seeThrough(i) ? 0 : 255;
  }
  return premultiply({ width, height, pixels });
}

/** Turns stored pixels the way EXIF says they are to be seen. */
function turn(image: Rgba, orientation: number): Rgba {
  if (orientation < 2 || orientation > 8) return image;
  const swapped = orientation >= 5;
  const [width, height] = swapped ? [image.height, image.width] : [image.width, image.height];
  const pixels = new Uint8Array(image.pixels.length);
  const mirrorX = [2, 3, 7, 8].includes(orientation), mirrorY = [3, 4, 6, 7].includes(orientation);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = swapped ? [y, x] : [x, y];
      const column = mirrorX ? image.width - 1 - u : u, row = mirrorY ? image.height - 1 - v : v;
      const from = 4 * (row * image.width + column);
      pixels.set(image.pixels.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  return { width, height, pixels };
}

/**
 * Decodes a PNG, JPEG or WebP file to premultiplied RGBA, turned as EXIF says.
 *
 * PNGs may have any depth and transparency. Colour profiles are not applied: numbers are taken as sRGB.
 *
 * @throws TypeError when the bytes are no such picture, truncated, damaged, animated, CMYK, or a JPEG of more than 8 bits.
 * @throws RangeError when a side is longer than {@link LARGEST_SIDE}.
 */
export async function readPicture(bytes: Uint8Array): Promise<Rgba> {
  const header = pictureHeader(bytes);
  const { format, width, height, animated, components, depth = 8, orientation } = header;
  if (width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
    throw new RangeError(`expected sides from 1 to ${LARGEST_SIDE} pixels, got ${width}x${height}`);
  }
  if (animated) throw new TypeError(`expected a still picture, got an animated ${format}`);
  if (components === 4) throw new TypeError("expected an RGB or grey JPEG, got a CMYK one: convert it first");
  if (depth !== 8) throw new TypeError(`expected a JPEG of 8 bits, got one of ${depth}: convert it first`);
  const plain = format === "PNG" ? plainPng(bytes) : undefined;
  try {
    const stored = plain
      ? await decodePng(plain, { width, height })
      : format === "WebP"
      ? await decodeWebp(Uint8Array.from(bytes))
      : await decodeByDrawing(bytes, { width, height, format: "jpeg" });
    return turn(stored, orientation);
  } catch {
    throw new TypeError(`expected a whole ${format}, got a truncated or damaged one`);
  }
}
