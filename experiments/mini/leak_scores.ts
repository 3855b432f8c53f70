/**
 * How much of the condition arrives that the task should not take. The paper speaks of leaking (Fig. 6, 9) and has no number for it; ours:
 *
 * | task         | leak                                                                                                  |
 * | ------------ | ----------------------------------------------------------------------------------------------------- |
 * | composition  | colours: intersection of the RGB histograms (4 × 4 × 4 bins) of picture and condition, in [0, 1]        |
 * | object, face | the same of their margins, the outer 8 pixels: ground and surroundings, not the object or the person    |
 * | style        | identity: 1 where the judge ranks the condition's object first among the names of all objects, or 0     |
 * | replication  | none: everything is to be taken                                                                         |
 *
 * Style has a second opinion, "leak (encoder)": the same by the encoder that conditions the adapters. Of 150 conditions themselves, a perfect
 * copier's pictures, the judge so names 31 % and the encoder 25 % (strong treatments hide the object); of their targets both name 1 %.
 *
 * Higher is more alike. A faithful picture is not at 0: read the difference from the target's own number.
 */
import { cosine, type Embedding } from "../../lib/metrics/mod.ts";
import {
  composePair,
  CONCEPTS,
  type ImageTruth,
  type Rgb,
  SIZE,
  type TaskId,
  withArticle,
} from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import type { GalleryItem } from "../setting/model_requests.ts";
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

/**
 * Whether a picture's own name lies nearest to it, by cosine; a tie with another name is no.
 *
 * @param picture vector of the picture [dim]
 * @param names vectors of all names [dim] each
 * @param own place of its own name
 */
export function ranksFirst(picture: Embedding, names: readonly Embedding[], own: number): boolean {
  const likeness = names.map((name) => cosine(picture, name));
  return likeness.every((other, place) => place === own || other < (likeness[own] as number));
}

/** Vectors of "a fox" and the names of all other concepts, in their order, [512] each. */
async function conceptNames(device: Device): Promise<Float32Array[]> {
  const rows = await (await sharedEmbedder(device)).embed(CONCEPTS.map(withArticle));
  return CONCEPTS.map((_, i) => rows.slice(i * WIDTH, (i + 1) * WIDTH));
}

/** Place of a scene's object among all concepts. */
function conceptPlace(truth: ImageTruth): number {
  if (truth.kind !== "scene") {
    throw new RangeError(`A style's condition must be a scene, got a ${truth.kind}`);
  }
  return CONCEPTS.findIndex(({ word }) => word === truth.concept.word);
}

/** `{ leak }` of each picture of a task, with `leak (encoder)` for style; `{}` for replication. */
export async function leakScores(
  task: TaskId,
  gallery: readonly GalleryItem[],
  device: Device,
): Promise<Record<string, number>[]> {
  if (task === "replication") return gallery.map(() => ({}));
  if (task !== "style") {
    const options = task === "composition" ? {} : { margin: MARGIN };
    return gallery.map(({ output, condition }) => ({ leak: colourLikeness(output, condition, options) }));
  }
  const bank = await sharedBank();
  const words = await conceptNames(device);
  const outputs = gallery.map(({ output }) => output);
  const [byJudge, byEncoder] = [
    await (await sharedImageEncoder("judge", device)).run(outputs),
    await (await sharedImageEncoder("encoder", device)).run(outputs),
  ];
  return gallery.map(({ index }, i) => {
    const own = conceptPlace(composePair(bank, { task, split: "val", index }).truth.condition);
    return {
      "leak": Number(ranksFirst(byJudge[i]!.embedding, words, own)),
      "leak (encoder)": Number(ranksFirst(byEncoder[i]!.embedding, words, own)),
    };
  });
}
