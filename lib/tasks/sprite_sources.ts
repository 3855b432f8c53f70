/** One drawing of one concept, read from the studios' npm packages (sources and licences: data/NOTICE.md). */
import {
  alphaBox,
  decodeWebp,
  initialiseSvg,
  rasterise,
  readPackageFile,
  readPackageJson,
} from "../raster/mod.ts";
import { resample, type Rgba } from "../raster/mod.ts";
import type { Concept } from "./concepts.ts";
import { FAMILIES, type Family, familyOf } from "./families/mod.ts";

/** Longer side of every sprite after trimming, in pixels. */
export const SPRITE_SIZE = 128;
const DRAWING_SIZE = 256;

interface IconSet {
  readonly icons: Record<string, { body: string; width?: number; height?: number }>;
  readonly aliases?: Record<string, { parent: string }>;
  readonly width?: number;
  readonly height?: number;
}

/** Draws a concept in a family: trimmed to its outline, longer side SPRITE_SIZE, premultiplied. */
export type SpriteSource = (concept: Concept, family: Family) => Promise<Rgba>;

/** Opens the packages (some 80 MB of JSON) for as long as the returned function is kept. */
export async function openSpriteSources(): Promise<SpriteSource> {
  await initialiseSvg();
  const sets = new Map<string, IconSet>();
  for (const { kind, package: name } of FAMILIES.map((family) => familyOf(family).source)) {
    if (kind === "icons" && !sets.has(name)) sets.set(name, readPackageJson(`${name}/icons.json`) as IconSet);
  }
  return async (concept, family) => {
    const { kind, package: name } = familyOf(family).source;
    const drawing = kind === "webp"
      ? await decodeWebp(readPackageFile(`${name}/assets/${concept.webp}.webp`))
      : rasterise(iconDocument(sets.get(name)!, concept.icon, family), { fit: DRAWING_SIZE });
    const from = alphaBox(drawing);
    const scale = SPRITE_SIZE / Math.max(from.width, from.height);
    const [width, height] = [from.width * scale, from.height * scale].map((side) =>
      Math.max(1, Math.round(side))
    );
    return resample(drawing, width!, height!, { from });
  };
}

function iconDocument(set: IconSet, name: string, family: Family): string {
  const icon = set.icons[name] ?? set.icons[set.aliases?.[name]?.parent ?? ""];
  if (!icon) {
    throw new RangeError(`drawing "${name}" as ${family} needs an icon of that name, the package has none`);
  }
  const [width, height] = [icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16];
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `viewBox="0 0 ${width} ${height}" color="#222">${icon.body}</svg>`;
}
