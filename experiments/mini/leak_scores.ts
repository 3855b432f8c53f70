/**
 * How much of the condition arrives that the task should not take. The paper speaks of leaking (Fig. 6, 9) and has no number for it; ours:
 *
 * | task         | leak                                                                                                  |
 * | ------------ | ----------------------------------------------------------------------------------------------------- |
 * | composition  | colours: intersection of the RGB histograms (4 × 4 × 4 bins) of picture and condition, in [0, 1]        |
 * | object, face | the same of their margins, the outer 8 pixels: ground and surroundings, not the object or the person    |
 * | style        | content: cosine of the picture, as the judge sees it, and the words for the condition's content         |
 * | replication  | none: everything is to be taken                                                                         |
 *
 * Higher is more alike. A faithful picture is not at 0: read the difference from the target's own number.
 */
import { cosine } from "../../lib/metrics/mod.ts";
import type { Table1Task } from "../../lib/report/mod.ts";
import { composePair, type Rgb, SIZE } from "../../lib/tasks/mod.ts";
import type { Device } from "../experiment.ts";
import type { GalleryItem } from "../table1_stages.ts";
import { sharedBank, sharedEmbedder, sharedImageEncoder } from "./shared_models.ts";

const LEVELS = 4;
const MARGIN = 8;
const WIDTH = 512;

/** Share of the pixels in each of 64 colours; `margin` counts only pixels so near the border. */
function histogram(image: Rgb, margin: number): Float64Array {
  const bins = new Float64Array(LEVELS ** 3);
  const level = (value: number) => value * LEVELS >> 8;
  let pixels = 0;
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      if (Math.min(x, y, SIZE - 1 - x, SIZE - 1 - y) >= margin) continue;
      const i = (y * SIZE + x) * 3;
      bins[(level(image[i]!) * LEVELS + level(image[i + 1]!)) * LEVELS + level(image[i + 2]!)]!++;
      pixels++;
    }
  }
  return bins.map((count) => count / pixels);
}

/**
 * Intersection of two pictures' colour histograms, in [0, 1]; 1 for the same colours in any place.
 *
 * @param options.margin width in pixels of the border that is compared; the whole picture by default.
 */
export function colourLikeness(one: Rgb, other: Rgb, options: { margin?: number } = {}): number {
  const { margin = SIZE } = options;
  const b = histogram(other, margin);
  return histogram(one, margin).reduce((sum, share, bin) => sum + Math.min(share, b[bin]!), 0);
}

/** `{ leak }` of each picture of a task; `{}` for replication. */
export async function leakScores(
  task: Table1Task,
  gallery: readonly GalleryItem[],
  device: Device,
): Promise<Record<string, number>[]> {
  if (task === "replication") return gallery.map(() => ({}));
  if (task !== "style") {
    const options = task === "composition" ? {} : { margin: MARGIN };
    return gallery.map(({ output, condition }) => ({ leak: colourLikeness(output, condition, options) }));
  }
  const bank = await sharedBank();
  const captions = gallery.map(({ index }) =>
    composePair(bank, { task, split: "val", index }).conditionCaption
  );
  const words = await (await sharedEmbedder(device)).embed(captions);
  const seen = await (await sharedImageEncoder("judge", device)).run(gallery.map(({ output }) => output));
  return seen.map(({ embedding }, i) => ({
    leak: cosine(embedding, words.subarray(i * WIDTH, (i + 1) * WIDTH)),
  }));
}
