/** A sheet of what an adapter makes of held-out pairs, for whoever watches its training. */
import { type ImageGrid, renderImageGrid } from "../../lib/plots/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";

/** A held-out pair with the adapter's picture of it. */
export interface ShownSample {
  readonly task: TaskId;
  readonly prompt: string;
  readonly instruction: string;
  readonly condition: RgbPicture;
  readonly sample: RgbPicture;
  readonly target: RgbPicture;
}

/** Condition, sample and target of each pair with its texts, a row per task in the order in which they come. */
export async function sampleSheet(samples: readonly ShownSample[]): Promise<RgbPicture> {
  const grid: ImageGrid = {
    subtitle: "condition, sample, target",
    rows: [...Map.groupBy(samples, ({ task }) => task)].map(([task, own]) => ({
      name: taskOf(task).title,
      cells: own.map(({ condition, sample, target, prompt, instruction }) => ({
        images: [condition, sample, target],
        captions: [{ text: prompt }, { text: instruction }],
      })),
    })),
  };
  return await renderImageGrid(grid);
}
