/** A sheet of what an adapter makes of a few held-out pairs of each task. */
import { type ImageGrid, renderImageGrid } from "../../lib/plots/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import type { ScoreReport } from "../setting/model_requests.ts";

/** Condition, sample and target of the items that `scored` gives of each task. */
export async function sampleSheet(
  tasks: readonly TaskId[],
  scored: (task: TaskId) => Promise<ScoreReport>,
): Promise<RgbPicture> {
  const rows: ImageGrid["rows"][number][] = [];
  for (const task of tasks) {
    const { samples, gallery } = await scored(task);
    rows.push({
      name: taskOf(task).title,
      cells: gallery.map(({ side, condition, output, target, index }) => {
        const sample = samples.find((each) => each.index === index);
        const picture = (pixels: Uint8Array) => ({ width: side, height: side, pixels });
        return {
          images: [picture(condition), picture(output), picture(target)],
          captions: [{ text: sample?.prompt ?? "" }, { text: sample?.instruction ?? "" }],
        };
      }),
    });
  }
  return await renderImageGrid({ subtitle: "condition, sample, target", rows });
}
