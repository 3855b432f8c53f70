/** Fig. 5: examples of the five tasks as one labelled picture, rendered from their pixels. */
import type { RgbPicture } from "../../../lib/raster/mod.ts";
import { type GridCell, imageGridPng } from "../../../lib/plots/mod.ts";
import { type Count, type FigureResult, INSTRUCTION_INK } from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";

/** One example. */
export interface DatasetExample {
  /** Its task. */
  readonly task: TaskId;
  /** Number in the training split. */
  readonly index: Count;
  /** How to read the condition. */
  readonly instruction: string;
  /** What to show. */
  readonly prompt: string;
}

/** The content of fig5's result. */
export interface DatasetExamples {
  /** Pixels of a side. */
  readonly side: Count;
  /** By task, in order. */
  readonly examples: readonly DatasetExample[];
}

/**
 * One sheet, tasks downwards; in each cell condition and target, below them instruction and prompt.
 *
 * @param pixels RGB of condition and target of each example behind each other.
 */
export async function exampleSheet(result: FigureResult, pixels: Uint8Array): Promise<Uint8Array> {
  const { side, examples } = result.content as DatasetExamples;
  const picture = (place: number): RgbPicture => ({
    width: side,
    height: side,
    pixels: pixels.subarray(place * side * side * 3, (place + 1) * side * side * 3),
  });
  const cells = examples.map(({ instruction, prompt }, i): GridCell => ({
    images: [picture(2 * i), picture(2 * i + 1)],
    captions: [{ text: `I: ${instruction}`, colour: INSTRUCTION_INK }, { text: `T: ${prompt}` }],
  }));
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: result.caption,
    rows: result.tasks.map((task) => ({
      name: task,
      note: "condition, target",
      cells: cells.filter((_, i) => examples[i]?.task === task),
    })),
  });
}
