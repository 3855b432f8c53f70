/** Where a text lands: its place on every layout, what it is nearest to, and whether anything like it was trained. */
import { SENTENCE_WIDTH, type SentenceEmbedder } from "../../clip/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { type Neighbours, pcaTransform, placeByNeighbours, transformTsne } from "../../projection/mod.ts";
import type { TaskId } from "../../tasks/mod.ts";
import {
  type Familiarity,
  LAYOUT_IDS,
  type LayoutId,
  LAYOUTS,
  type Neighbour,
  type PlacedAnswer,
  type WhyAnswer,
} from "../api.ts";
import { cosineRows, largest } from "./cosine_rows.ts";
import { firstAxes, type InstructionSpace, trainedPoints } from "./instruction_space.ts";

/** Longest text in characters. */
export const LONGEST_TEXT = 500;
/** Nearest instructions that are listed, and that shares are taken of. */
const LISTED = 10, COUNTED = 50;
/** Nearest training instructions that place a text: lib/projection's defaults. */
const TSNE_NEAR = 25, UMAP_NEAR = 15;
/** Share of the corpus that counts as usual. */
const USUAL = 0.99;
/** Most words that are left out in turn. */
const MOST_WORDS = 40;

/** One text with its vector. */
export interface EmbeddedText {
  readonly text: string;
  /** Unit vector [512]. */
  readonly vector: Float32Array;
}

/** A text as it will be embedded. @throws UserError when it is empty or too long. */
export function checkedText(text: string): string {
  const clean = text.replace(/\s+/gu, " ").trim();
  if (clean === "") throw new UserError("Placing a text failed: expected some words, got none");
  if (clean.length > LONGEST_TEXT) {
    throw new UserError(
      `Placing a text failed: expected at most ${LONGEST_TEXT} characters, got ${clean.length}`,
    );
  }
  return clean;
}

/** The unit vectors of texts. */
export async function embedTexts(
  embedder: SentenceEmbedder,
  texts: readonly string[],
): Promise<EmbeddedText[]> {
  const rows = await embedder.embed(texts);
  return texts.map((text, i) => ({ text, vector: rows.slice(i * SENTENCE_WIDTH, (i + 1) * SENTENCE_WIDTH) }));
}

/** The training instructions nearest to a vector, nearest first; `except` is left out. */
export async function nearestTo(
  { embeddings, trained }: InstructionSpace,
  vector: Float32Array,
  options: { readonly count: number; readonly except?: number },
): Promise<{ neighbours: Neighbour[]; row: Float32Array }> {
  const width = SENTENCE_WIDTH;
  for await (const row of cosineRows(vector, embeddings.subarray(0, trained * width), { width })) {
    return { neighbours: largest(row, options.count, options.except), row };
  }
  throw new RangeError("nearestTo() needs one vector, got none");
}

/** The `k` nearest of a unit vector as lib/projection knows them, by Euclidean distance. */
function asNeighbours(near: readonly Neighbour[], k: number): Neighbours {
  const kept = near.slice(0, k);
  return {
    count: 1,
    k: kept.length,
    indices: Uint32Array.from(kept, ({ index }) => index),
    distances: Float64Array.from(kept, ({ cosine }) => Math.sqrt(Math.max(0, 2 - 2 * cosine))),
  };
}

/** Places of a vector on every layout. */
async function placesOf(
  { trained, embeddings, layouts, axes }: InstructionSpace,
  vector: Float32Array,
  near: readonly Neighbour[],
): Promise<Record<LayoutId, number[]>> {
  const width = SENTENCE_WIDTH;
  const added = { data: vector, count: 1, width };
  const points = trainedPoints(embeddings, trained, width);
  const places = await Promise.all(LAYOUT_IDS.map(async (id): Promise<[LayoutId, number[]]> => {
    const { method, dimensions } = LAYOUTS[id];
    if (method === "pca") return [id, [...pcaTransform(firstAxes(axes, dimensions), added)]];
    const map = { points, layout: trainedPoints(layouts[id], trained, dimensions) };
    return [id, [
      ...method === "tsne"
        ? await transformTsne(map, added, { neighbours: asNeighbours(near, TSNE_NEAR) })
        : await placeByNeighbours(map, added, { neighbours: asNeighbours(near, UMAP_NEAR) }),
    ]];
  }));
  return Object.fromEntries(places) as Record<LayoutId, number[]>;
}

/** Share of values above a level, in [0, 1]. */
function shareAbove(values: Float32Array, level: number): number {
  let above = 0;
  for (const value of values) if (value > level) above++;
  return values.length === 0 ? 0 : above / values.length;
}

/** The best cosine by task. */
function bestByTask({ tasks, points, trained }: InstructionSpace, row: Float32Array): Record<TaskId, number> {
  const best = Object.fromEntries(tasks.map(({ id }) => [id, -1])) as Record<TaskId, number>;
  for (let j = 0; j < trained; j++) {
    const { task } = points[j]!;
    if (row[j]! > best[task]) best[task] = row[j]!;
  }
  return best;
}

/** Places one text. @throws UserError when it is empty or too long. */
export async function placeText(
  space: InstructionSpace,
  embedder: SentenceEmbedder,
  given: string,
): Promise<PlacedAnswer> {
  const text = checkedText(given);
  const [{ vector }] = await embedTexts(embedder, [text]) as [EmbeddedText];
  const { neighbours, row } = await nearestTo(space, vector, { count: COUNTED });
  const best = Object.values(bestByTask(space, row)).sort((a, b) => b - a);
  const shares = space.tasks.map(({ id: task }) => ({
    task,
    share: neighbours.filter(({ index }) => space.points[index]!.task === task).length / neighbours.length,
  })).sort((a, b) => b.share - a.share);
  const level = neighbours[0]!.cosine;
  const heldOut = space.nearest.subarray(space.trained, space.points.length - space.tasks.length);
  const nearerTrained = shareAbove(space.nearest.subarray(0, space.trained), level);
  const nearerHeldOut = shareAbove(heldOut, level);
  const familiarity: Familiarity = nearerTrained <= USUAL
    ? "trained"
    : nearerHeldOut <= USUAL
    ? "new wording"
    : "far";
  return {
    text,
    coordinates: await placesOf(space, vector, neighbours),
    neighbours: neighbours.slice(0, LISTED),
    shares,
    margin: best[0]! - best[1]!,
    familiarity,
    nearerTrained,
    nearerHeldOut,
  };
}

/** A task's lead in a row of cosines: the mean of its ten best less that of the best other task. */
function leadOf({ tasks, points, trained }: InstructionSpace, row: Float32Array, wanted?: TaskId) {
  const means = tasks.map(({ id: task }) => {
    const own = Float32Array.from({ length: trained }, (_, j) => points[j]!.task === task ? row[j]! : -1);
    const best = largest(own, LISTED);
    return { task, mean: best.reduce((sum, { cosine }) => sum + cosine, 0) / best.length };
  }).sort((a, b) => b.mean - a.mean);
  const of = means.find(({ task }) => task === wanted) ?? means[0]!;
  const rival = means.find(({ task }) => task !== of.task)!;
  return { task: of.task, lead: of.mean - rival.mean };
}

/** What each word does: the text is embedded again without it, and the lead of the nearest task compared. */
export async function whyNearest(
  space: InstructionSpace,
  embedder: SentenceEmbedder,
  given: string,
): Promise<WhyAnswer> {
  const text = checkedText(given);
  const words = text.split(" ").slice(0, MOST_WORDS);
  const without = words.map((_, i) => words.filter((_, j) => j !== i).join(" ") || "-");
  const embedded = await embedTexts(embedder, [text, ...without]);
  const leads: number[] = [];
  let task: TaskId | undefined;
  for (const { vector } of embedded) {
    const { row } = await nearestTo(space, vector, { count: 1 });
    const found = leadOf(space, row, task);
    task ??= found.task;
    leads.push(found.lead);
  }
  return { task: task!, words: words.map((word, i) => ({ word, effect: leads[0]! - leads[i + 1]! })) };
}
