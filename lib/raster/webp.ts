/** WebP to pixels with libwebp compiled to WebAssembly. */
import decodeImage, { init } from "@jsquash/webp/decode.js";
import { readPackageFile } from "./package_file.ts";
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
