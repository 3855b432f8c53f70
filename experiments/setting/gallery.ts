/** What a stage has scored, and the pictures that travel with it: RGB of condition, target and output of each item behind each other, and an index. */
import { joinedBytes } from "../../lib/engine/joined.ts";
import type { CodeEntry, StageContext, StageOutput } from "../runner/mod.ts";
import type { GalleryItem, ScoreReport, ScoreRequest } from "./model_requests.ts";

/** Writes a stage's pictures: gallery.json and gallery.rgb. @throws RangeError when pixels are not of an item's size. */
export function writeGallery(
  gallery: readonly GalleryItem[],
  context: Pick<StageContext, "write">,
): void {
  for (const { index, side, condition, target, output } of gallery) {
    for (const pixels of [condition, target, output]) {
      if (pixels.length !== side * side * 3) {
        throw new RangeError(
          `writeGallery() needs ${side}×${side}×3 bytes for item ${index}, got ${pixels.length}`,
        );
      }
    }
  }
  context.write("gallery.json", JSON.stringify(gallery.map(({ index, side }) => ({ index, side }))));
  context.write(
    "gallery.rgb",
    joinedBytes(gallery.flatMap((item) => [item.condition, item.target, item.output])),
  );
}

/** Writes what a stage has scored: samples.json, every sample with its row, task and seed, and the pictures. */
export function writeScored(
  { samples, gallery }: ScoreReport,
  { row, task, seed }: ScoreRequest,
  context: Pick<StageContext, "write">,
): void {
  context.write("samples.json", JSON.stringify(samples.map((sample) => ({ row, task, seed, ...sample }))));
  writeGallery(gallery, context);
}

/** What writes it, for the version of a stage's code. */
export const WRITE_SCORED: CodeEntry = {
  module: "experiments/setting/gallery.ts",
  export: writeScored.name,
};

/** Reads a stage's pictures. */
export async function readGallery(output: Pick<StageOutput, "bytes" | "text">): Promise<GalleryItem[]> {
  const index = JSON.parse(await output.text("gallery.json")) as { index: number; side: number }[];
  const pixels = await output.bytes("gallery.rgb");
  let place = 0;
  return index.map((item) => {
    const next = () => pixels.subarray(place, place += item.side * item.side * 3);
    return { ...item, condition: next(), target: next(), output: next() };
  });
}
