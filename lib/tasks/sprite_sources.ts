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
import type { Concept, Family } from "./concepts.ts";

/** Longer side of every sprite after trimming, in pixels. */
export const SPRITE_SIZE = 64;
const DRAWING_SIZE = 128;

interface IconSet {
  readonly icons: Record<string, { body: string; width?: number; height?: number }>;
  readonly aliases?: Record<string, { parent: string }>;
  readonly width?: number;
  readonly height?: number;
}

const PACKAGES: Record<Exclude<Family, "3d">, string> = {
  flat: "@iconify-json/fluent-emoji-flat",
  stencil: "@iconify-json/fluent-emoji-high-contrast",
  cartoon: "@iconify-json/noto",
  sticker: "@iconify-json/twemoji",
  comic: "@iconify-json/openmoji",
  outline: "@iconify-json/openmoji",
};

/** Draws a concept in a family: trimmed to its outline, longer side SPRITE_SIZE, premultiplied. */
export type SpriteSource = (concept: Concept, family: Family) => Promise<Rgba>;

/** Opens the packages (some 80 MB of JSON) for as long as the returned function is kept. */
export async function openSpriteSources(): Promise<SpriteSource> {
  await initialiseSvg();
  const sets = new Map<string, IconSet>();
  for (const name of new Set(Object.values(PACKAGES))) {
    sets.set(name, readPackageJson(`${name}/icons.json`) as IconSet);
  }
  return async (concept, family) => {
    const drawing = family === "3d"
      ? await decodeWebp(readPackageFile(`@lobehub/fluent-emoji-3d/assets/${concept.webp}.webp`))
      : rasterise(iconDocument(sets.get(PACKAGES[family])!, concept.icon, family), { fit: DRAWING_SIZE });
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
  const body = family === "outline" ? inkOnly(icon.body) : icon.body;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `viewBox="0 0 ${width} ${height}" color="#222">${body}</svg>`;
}

/** Keeps the near-black ink of a drawing and turns every other colour white. */
function inkOnly(body: string): string {
  return body.replace(/(fill|stroke|stop-color)="([^"]*)"/g, (whole, attribute: string, colour: string) => {
    if (colour === "none" || colour === "currentColor" || colour.startsWith("url")) return whole;
    return luminance(colour) < 0.2 ? whole : `${attribute}="#fff"`;
  });
}

function luminance(colour: string): number {
  if (colour === "black") return 0;
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour)?.[1];
  if (!digits) return 1;
  const step = digits.length / 3;
  const [r, g, b] = [0, 1, 2].map((i) => {
    const part = digits.slice(i * step, (i + 1) * step);
    return parseInt(step === 1 ? part + part : part, 16) / 255;
  });
  return 0.299 * r! + 0.587 * g! + 0.114 * b!;
}
