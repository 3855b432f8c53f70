/** WebP to pixels and back with libwebp compiled to WebAssembly. */
import decodeImage, { init } from "@jsquash/webp/decode.js";
import encodeImage, { init as initEncoder } from "@jsquash/webp/encode.js";
import { readPackageFile } from "./package_file.ts";
import type { RgbPicture } from "./png.ts";
import { premultiply, type Rgba } from "./rgba.ts";

let ready: Promise<void> | undefined;

/** Decodes one WebP file to premultiplied RGBA. */
export async function decodeWebp(bytes: Uint8Array<ArrayBuffer>): Promise<Rgba> {
  ready ??= WebAssembly.compile(readPackageFile("@jsquash/webp/codec/dec/webp_dec.wasm")).then((wasm) =>
    init(wasm)
  );
  await ready;
  const image = await decodeImage(bytes.buffer);
  return premultiply({ width: image.width, height: image.height, pixels: new Uint8Array(image.data) });
}

let encoder: Promise<unknown> | undefined;

/**
 * The bytes of a WebP file; the same picture gives the same bytes.
 *
 * @param options.quality of the lossy coding, 0 to 100.
 * @throws RangeError when the pixels are not of the picture's size.
 */
export async function encodeWebp(
  { width, height, pixels }: RgbPicture,
  { quality }: { readonly quality: number },
): Promise<Uint8Array> {
  if (pixels.length !== width * height * 3) {
    throw new RangeError(`encodeWebp() needs ${width}x${height}x3 bytes, got ${pixels.length}`);
  }
  encoder ??= WebAssembly.compile(readPackageFile("@jsquash/webp/codec/enc/webp_enc_simd.wasm")).then((
    wasm,
  ) => (initEncoder as (module: WebAssembly.Module) => Promise<unknown>)(wasm));
  await encoder;
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0, o = 0; i < pixels.length; o++) {
    for (let c = 0; c < 3; c++) data[o++] = pixels[i++]!;
  }
  return new Uint8Array(
    await encodeImage({ data, width, height, colorSpace: "srgb" } as ImageData, { quality }),
  );
}
