/** How much of the condition arrives that a task should not take, by what its record says may leak. */
import { ranksFirst } from "../../lib/metrics/mod.ts";
import { colourLikeness, composePair, type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import type { GalleryItem } from "../setting/model_requests.ts";
import { BY_ENCODER, LEAK_SCORE } from "../setting/score_names.ts";
import { sentenceVectors, sharedBank, sharedImageEncoder } from "./shared_models.ts";

/**
 * The {@link LEAK_SCORE} of each picture of a task, with the same by the encoder that conditions the adapters, where an encoder must judge; `{}` where
 * nothing can leak.
 */
export async function leakScores(
  task: TaskId,
  gallery: readonly GalleryItem[],
  device: Device,
): Promise<Record<string, number>[]> {
  const { leak } = taskOf(task);
  if (leak === null) return gallery.map(() => ({}));
  if (leak.kind === "colours") {
    return gallery.map(({ output, condition }) => ({
      [LEAK_SCORE]: colourLikeness(output, condition, leak),
    }));
  }
  const bank = await sharedBank();
  const names = await sentenceVectors(leak.names(), device);
  const outputs = gallery.map(({ output }) => output);
  const [byJudge, byEncoder] = [
    await (await sharedImageEncoder("judge", device)).run(outputs),
    await (await sharedImageEncoder("encoder", device)).run(outputs),
  ];
  return gallery.map(({ index }, i): Record<string, number> => {
    const own = leak.own(composePair(bank, { task, split: "val", index }));
    if (own === undefined) return {};
    return {
      [LEAK_SCORE]: Number(ranksFirst(byJudge[i]!.embedding, names, own)),
      [`${LEAK_SCORE}${BY_ENCODER}`]: Number(ranksFirst(byEncoder[i]!.embedding, names, own)),
    };
  });
}
