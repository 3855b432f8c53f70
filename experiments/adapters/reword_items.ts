/** Fig. 8's measurement at every scale: which pictures of an item are sampled, and what they give. */
import { fold, key, normal, stream } from "../../lib/engine/mod.ts";
import { namedInstruction, sampleInstruction } from "../../lib/instructions/mod.ts";
import type { ScoredEmbeddings } from "../../lib/metrics/mod.ts";
import { taskOf } from "../../lib/tasks/mod.ts";
import type { RewordedItem, RewordingSize } from "../setting/model_requests.ts";
import type { WordedItem } from "./validation_items.ts";

/** Samples before a task's held-out wordings count as used up. */
const MOST_SAMPLES = 1000;

/** Different held-out wordings for an item. @throws RangeError when the task has not so many. */
export function wordingsOf({ task, index, objectName }: WordedItem, count: number): string[] {
  const random = stream(fold(key("rewording"), task, index));
  const found = new Set<string>();
  for (let i = 0; found.size < count; i++) {
    if (i === MOST_SAMPLES) {
      throw new RangeError(`Rewording ${task} needs ${count} different held-out wordings, got ${found.size}`);
    }
    found.add(namedInstruction(sampleInstruction(random, task, "held-out"), { task, objectName }));
  }
  return [...found];
}

/** The pictures of an item: every wording from noise 0, then the first wording from noise 1, 2, … */
export function rewordings(
  { wordings, noises }: Pick<RewordingSize, "wordings" | "noises">,
): readonly { readonly wording: number; readonly noise: number }[] {
  return Array.from(
    { length: wordings + noises - 1 },
    (_, place) =>
      place < wordings ? { wording: place, noise: 0 } : { wording: 0, noise: place - wordings + 1 },
  );
}

/** Initial noise of an item, `size` numbers. */
export function rewordingNoise(
  { task, index }: Pick<WordedItem, "task" | "index">,
  { seed, noise, size }: { readonly seed: number; readonly noise: number; readonly size: number },
): Float32Array {
  return normal(fold(key("rewording noise"), task, index, seed, noise), size);
}

/** Unbiased variance over the rows, mean over their coordinates; 0 for a single row. */
export function meanVariance(rows: readonly ArrayLike<number>[]): number {
  const width = rows[0]?.length ?? 0, count = rows.length;
  if (count < 2) return 0;
  let sum = 0;
  for (let d = 0; d < width; d++) {
    let mean = 0, square = 0;
    for (const row of rows) mean += (row[d] as number) / count;
    for (const row of rows) square += ((row[d] as number) - mean) ** 2;
    sum += square / (count - 1);
  }
  return sum / width;
}

/** A sampled picture as it is compared. */
export interface RewordedPicture {
  readonly pixels: Uint8Array;
  readonly latents: Float32Array;
  /** Its embedding by the encoder that scores. */
  readonly embedding: Float32Array;
}

/** What an item gives; `pictures` in the order of {@link rewordings}. */
export function rewordedItem(
  { task, index }: Pick<WordedItem, "task" | "index">,
  wordings: readonly string[],
  pictures: readonly RewordedPicture[],
  about: Omit<ScoredEmbeddings, "generated">,
): RewordedItem {
  const spread = (seen: readonly RewordedPicture[]) => ({
    pixel: meanVariance(seen.map(({ pixels }) => pixels)),
    latent: meanVariance(seen.map(({ latents }) => latents)),
    judge: meanVariance(seen.map(({ embedding }) => embedding)),
  });
  const [worded, noised] = [pictures.slice(0, wordings.length), pictures.slice(wordings.length)];
  const [taken] = taskOf(task).scores;
  return {
    index,
    wordings,
    words: spread(worded),
    noise: noised.length === 0 ? null : spread([...pictures.slice(0, 1), ...noised]),
    scores: worded.map(({ embedding }) => taken.score({ ...about, generated: embedding })),
  };
}
