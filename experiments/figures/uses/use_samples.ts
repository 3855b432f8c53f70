/** Reads what the stages of `useStages()` and of Table 1's scoring have written. */
import type { SampleRow } from "../../../lib/report/mod.ts";
import { byTask } from "../../../lib/tasks/mod.ts";
import type { TakenScores } from "./uses.ts";
import { readGallery } from "../../setting/gallery.ts";
import type { ScaleId } from "../../setting/scales.ts";
import type { StageOutput } from "../../runner/mod.ts";
import type { GalleryItem } from "../../setting/model_requests.ts";

/** The score of what a task should take: by the data's generator where it knows the truth, else Table 1's score of the condition. */
export const takenScores = (scale: ScaleId): TakenScores =>
  byTask(({ oracle, scores }) => scale === "mini" ? oracle.name : scores[0].name);

/** What gives {@link takenScores}, in a caption's words. */
export const takenBy = (scale: ScaleId): string =>
  scale === "mini" ? "the data's generator, which knows the truth" : "Table 1's score of it";

/** The samples of all outputs. */
export async function readSamples(outputs: readonly StageOutput[]): Promise<SampleRow[]> {
  const all: SampleRow[] = [];
  for (const output of outputs) all.push(...JSON.parse(await output.text("samples.json")) as SampleRow[]);
  return all;
}

/** One item's pictures, and its samples by row. */
export interface UseItem {
  readonly index: number;
  readonly samples: ReadonlyMap<string, SampleRow>;
  readonly pictures: ReadonlyMap<string, GalleryItem>;
}

/** Items of a task of which every row has a picture, with the words that belong to them. */
export async function readItems(outputs: ReadonlyMap<string, StageOutput>): Promise<UseItem[]> {
  const items = new Map<number, { samples: Map<string, SampleRow>; pictures: Map<string, GalleryItem> }>();
  for (const [row, output] of outputs) {
    const samples = await readSamples([output]);
    for (const picture of await readGallery(output)) {
      const item = items.get(picture.index) ?? { samples: new Map(), pictures: new Map() };
      items.set(picture.index, item);
      item.pictures.set(row, picture);
      const sample = samples.find(({ index }) => index === picture.index);
      if (sample !== undefined) item.samples.set(row, sample);
    }
  }
  return [...items].filter(([, { pictures }]) => pictures.size === outputs.size)
    .map(([index, item]) => ({ index, ...item }));
}

/** SHA-256s that name the outputs, for a figure's provenance. */
export const keysOf = (outputs: readonly StageOutput[]): string[] => outputs.map(({ key }) => key);
