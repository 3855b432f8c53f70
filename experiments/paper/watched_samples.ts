/** What a training's adapter makes of a held-out pair of each task, for whoever watches it. */
import type { HostParams } from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { sampleSheet, type ShownSample } from "../adapters/sample_sheet.ts";
import type { TrainRequest } from "../setting/model_requests.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { scoreTask } from "./score_task.ts";

/** Condition, sample and target of the first held-out pair of each of a training's tasks. */
export async function watchedSamples(
  request: TrainRequest,
  adapter: HostParams,
  folders: PaperFolders,
): Promise<RgbPicture> {
  const shown: ShownSample[] = [];
  for (const task of request.tasks) {
    const asked = { ...request, row: "watched", model: "joint", task, items: 1, galleryItems: 1 } as const;
    const { samples, gallery } = await scoreTask(asked, { adapter }, { folders });
    for (const { index, side, condition, output, target } of gallery) {
      const sample = samples.find((each) => each.index === index);
      if (sample === undefined) throw new RangeError(`Item ${index} of ${task} is shown, but has no scores`);
      const { prompt, instruction } = sample;
      const picture = (pixels: Uint8Array): RgbPicture => ({ width: side, height: side, pixels });
      shown.push({
        ...{ task, prompt, instruction },
        ...{ condition: picture(condition), sample: picture(output), target: picture(target) },
      });
    }
  }
  return await sampleSheet(shown);
}
