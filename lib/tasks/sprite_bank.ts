/** Every concept in every family as a small cut-out, rasterised once from the npm packages. */
import type { Rgba } from "../raster/mod.ts";
import sources from "../../data/sources.json" with { type: "json" };
import { sha256 } from "../hub/mod.ts";
import { type Concept, CONCEPTS } from "./concepts.ts";
import { FAMILIES, type Family } from "./families/mod.ts";
import { packImages } from "./image_pack.ts";
import { cachedPack, type CacheOptions } from "./pack_cache.ts";
import { openSpriteSources, SPRITE_SIZE } from "./sprite_sources.ts";

/** Raise when the drawing code changes what it draws. */
const VERSION = 2;

/** All objects. */
export interface SpriteBank {
  /** SHA-256 over all pixels. */
  readonly pixelHash: string;
  /** The cut-out of a concept in a family, longer side SPRITE_SIZE pixels, premultiplied. */
  sprite(concept: Concept, family: Family): Rgba;
}

/** Loads the bank, building it at first use (about 3 s). */
export async function loadSpriteBank(options: CacheOptions = {}): Promise<SpriteBank> {
  const pack = await cachedPack(`sprites-${sourceHash()}`, buildSprites, options);
  const sprites = Array.from({ length: pack.count }, (_, i) => pack.image(i));
  const rows = new Map(CONCEPTS.map((concept, i) => [concept.word, i]));
  return {
    pixelHash: pack.pixelHash,
    sprite: (concept, family) => {
      const row = rows.get(concept.word);
      if (row === undefined) {
        throw new RangeError(`sprite() needs a concept of data/concepts.json, got "${concept.word}"`);
      }
      return sprites[row * FAMILIES.length + FAMILIES.indexOf(family)]!;
    },
  };
}

async function buildSprites(): Promise<Uint8Array> {
  const draw = await openSpriteSources();
  const sprites: Rgba[] = [];
  for (const concept of CONCEPTS) {
    for (const family of FAMILIES) sprites.push(await draw(concept, family));
  }
  return packImages(sprites);
}

function sourceHash(): string {
  const inputs = JSON.stringify([VERSION, SPRITE_SIZE, FAMILIES, CONCEPTS, sources.packages]);
  return sha256(new TextEncoder().encode(inputs)).slice(0, 12);
}
