/** Many small pictures in one file: a JSON table, then each picture's pixels, deflated on their own. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Rgba } from "../raster/mod.ts";
import { sha256 } from "../hub/mod.ts";

interface Table {
  /** SHA-256 over all pixels, inflated, in order: equal on every machine that draws the same. */
  readonly pixelHash: string;
  /** [width, height, first byte, byte count] per picture. */
  readonly images: readonly (readonly [number, number, number, number])[];
}

export interface ImagePack {
  readonly count: number;
  readonly pixelHash: string;
  /** Inflates one picture (some 0.1 ms). */
  image(index: number): Rgba;
}

/** Serialises pictures; the same pictures give the same bytes. */
export function packImages(pictures: readonly Rgba[]): Uint8Array {
  const parts = pictures.map((picture) => deflateRawSync(picture.pixels, { level: 6 }));
  let offset = 0;
  const images = pictures.map(({ width, height }, i) => {
    const row = [width, height, offset, parts[i]!.length] as const;
    offset += parts[i]!.length;
    return row;
  });
  const all = new Uint8Array(pictures.reduce((total, picture) => total + picture.pixels.length, 0));
  let end = 0;
  for (const { pixels } of pictures) {
    all.set(pixels, end);
    end += pixels.length;
  }
  const table: Table = { pixelHash: sha256(all), images };
  const head = new TextEncoder().encode(JSON.stringify(table));
  const bytes = new Uint8Array(4 + head.length + offset);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  for (let i = 0; i < parts.length; i++) bytes.set(parts[i]!, 4 + head.length + images[i]![2]);
  return bytes;
}

/** Opens the bytes of `packImages()`. */
export function openPack(bytes: Uint8Array): ImagePack {
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const table = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headLength))) as Table;
  return {
    count: table.images.length,
    pixelHash: table.pixelHash,
    image: (index) => {
      const row = table.images[index];
      if (!row) {
        throw new RangeError(`opening picture ${index} of a pack needs 0 to ${table.images.length - 1}`);
      }
      const [width, height, start, length] = row;
      const first = 4 + headLength + start;
      return { width, height, pixels: new Uint8Array(inflateRawSync(bytes.subarray(first, first + length))) };
    },
  };
}
