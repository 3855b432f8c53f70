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

/** A model's picture of an item, with what it was asked and scored. */
interface UsePicture {
  readonly picture: GalleryItem;
  readonly sample: SampleRow;
}

/** One item: its pictures, its prompt, and what each model made of it, by row. */
export interface UseItem extends Pick<GalleryItem, "index" | "condition" | "target"> {
  readonly prompt: string;
  readonly rows: ReadonlyMap<string, UsePicture>;
}

/** Items of a task of which every row has a picture. @throws RangeError for a picture that no sample belongs to. */
export async function readItems(outputs: ReadonlyMap<string, StageOutput>): Promise<UseItem[]> {
  const items = new Map<number, Map<string, UsePicture>>();
  for (const [row, output] of outputs) {
    const samples = await readSamples([output]);
    for (const picture of await readGallery(output)) {
      const { index } = picture;
      const sample = samples.find((each) => each.index === index);
      if (sample === undefined) {
        throw new RangeError(`The picture of item ${index} by ${row} needs a sample, got none`);
      }
      items.set(index, (items.get(index) ?? new Map()).set(row, { picture, sample }));
    }
  }
  return [...items.values()].filter((rows) => rows.size === outputs.size).map((rows) => {
    const [{ picture: { index, condition, target }, sample: { prompt } }] = [...rows.values()] as [
      UsePicture,
    ];
    return { index, condition, target, prompt, rows };
  });
}

/** SHA-256s that name the outputs, for a figure's provenance. */
export const keysOf = (outputs: readonly StageOutput[]): string[] => outputs.map(({ key }) => key);
