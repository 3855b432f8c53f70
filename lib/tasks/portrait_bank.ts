/** Every view of every person, rasterised once. */
import { initialiseSvg, rasterise, type Rgba } from "../raster/mod.ts";
import sources from "../../data/sources.json" with { type: "json" };
import { sha256 } from "../hub/mod.ts";
import { packImages } from "./image_pack.ts";
import { cachedPack, type CacheOptions } from "./pack_cache.ts";
import { persons, portraitDocument, VIEW_COUNT } from "./portraits.ts";

/** Raise when the drawing code changes what it draws. */
const VERSION = 2;
/** Side of a stored portrait: the zoomed crop of 62 % is then 64 pixels wide. */
export const PORTRAIT_SIZE = 104;

/** All portraits. */
export interface PortraitBank {
  /** SHA-256 over all pixels. */
  readonly pixelHash: string;
  /** One view, PORTRAIT_SIZE square, premultiplied RGBA without background. */
  portrait(identity: number, view: number): Rgba;
}

/** Loads the portraits, drawing them at first use (about 10 s). */
export async function loadPortraitBank(options: CacheOptions = {}): Promise<PortraitBank> {
  const pack = await cachedPack(`portraits-${sourceHash()}`, buildPortraits, options);
  return {
    pixelHash: pack.pixelHash,
    portrait: (identity, view) => pack.image(identity * VIEW_COUNT + view),
  };
}

async function buildPortraits(): Promise<Uint8Array> {
  await initialiseSvg();
  return packImages(
    persons().flatMap(({ identity, views }) =>
      views.map((view) => rasterise(portraitDocument(identity, view), { fit: PORTRAIT_SIZE }))
    ),
  );
}

function sourceHash(): string {
  const inputs = JSON.stringify([VERSION, PORTRAIT_SIZE, persons(), sources.packages]);
  return sha256(new TextEncoder().encode(inputs)).slice(0, 12);
}
