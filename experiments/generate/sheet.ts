/** The pictures of a generation on one labelled sheet. */
import type { ImageGrid } from "../../lib/plots/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { ChainNumberName, GenerationSettings } from "../pictures/settings.ts";

/** Settings of either scale. */
type SheetSettings = GenerationSettings & { readonly [name in ChainNumberName]?: number };

/** What a sheet shows of a picture. */
export interface SheetPicture extends RgbPicture {
  readonly index: number;
  readonly record: { readonly scale: string; readonly settings: SheetSettings };
}

const PER_ROW = 4;

/** "000" of picture 0. */
export function pictureName(index: number): string {
  return String(index).padStart(3, "0");
}

function guidanceText({ guidance, instructGuidance, imageGuidance }: SheetSettings): string {
  return instructGuidance === undefined
    ? `guidance ${guidance}`
    : `guidance ${imageGuidance} (image), ${guidance} (prompt), ${instructGuidance} (instruction)`;
}

/** A sheet for `renderImageGrid` and `showImages`: the condition and, in rows of four, the pictures. */
export function generationSheet(
  { pictures, image, control }: {
    pictures: readonly SheetPicture[];
    image?: RgbPicture;
    control?: RgbPicture;
  },
): ImageGrid {
  const { settings, scale } = pictures[0]!.record;
  const shown = [["condition", image], ["control", control]] as const;
  const rows = Array.from(
    { length: Math.ceil(pictures.length / PER_ROW) },
    (_, row) => pictures.slice(row * PER_ROW, (row + 1) * PER_ROW),
  );
  return {
    title: settings.instruction ?? settings.prompt,
    subtitle: [
      `Prompt: ${settings.prompt || "none"}`,
      ...(settings.negative ? [`negative: ${settings.negative}`] : []),
      ...(image ? [`adapter scale ${settings.adapterScale}`] : []),
      guidanceText(settings),
      `${settings.steps} ${settings.steps === 1 ? "step" : "steps"} of ${settings.sampler}`,
      `seed ${settings.seed}`,
      `${scale} scale`,
    ].join(" · "),
    rows: [
      ...shown.flatMap(([name, picture]) => picture ? [{ name, cells: [{ images: [picture] }] }] : []),
      ...rows.map((part, row) => ({
        name: row === 0 ? "pictures" : "",
        cells: part.map((picture) => ({
          images: [picture],
          captions: [{ text: pictureName(picture.index), colour: "#57606a" }],
        })),
      })),
    ],
  };
}
