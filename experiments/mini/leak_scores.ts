/** How much of the condition arrives that a task should not take, by what its record says may leak. */
import { ranksFirst } from "../../lib/metrics/mod.ts";
import { colourLikeness, composePair, type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import type { GalleryItem } from "../setting/model_requests.ts";
import { sharedBank, sharedEmbedder, sharedImageEncoder } from "./shared_models.ts";

const WIDTH = 512;

/**
 * `{ leak }` of each picture of a task, with `leak (encoder)`, the same by the encoder that conditions the adapters, where an encoder must judge;
 * `{}` where nothing can leak.
 */
export async function leakScores(
  task: TaskId,
  gallery: readonly GalleryItem[],
  device: Device,
): Promise<Record<string, number>[]> {
  const { leak } = taskOf(task);
  if (leak === null) return gallery.map(() => ({}));
  if (leak.kind === "colours") {
    return gallery.map(({ output, condition }) => ({ leak: colourLikeness(output, condition, leak) }));
  }
  const bank = await sharedBank();
  const texts = leak.names();
  const rows = await (await sharedEmbedder(device)).embed(texts);
  const names = texts.map((_, i) => rows.slice(i * WIDTH, (i + 1) * WIDTH));
  const outputs = gallery.map(({ output }) => output);
  const [byJudge, byEncoder] = [
    await (await sharedImageEncoder("judge", device)).run(outputs),
    await (await sharedImageEncoder("encoder", device)).run(outputs),
  ];
  return gallery.map(({ index }, i): Record<string, number> => {
    const own = leak.own(composePair(bank, { task, split: "val", index }));
    if (own === undefined) return {};
    return {
      "leak": Number(ranksFirst(byJudge[i]!.embedding, names, own)),
      "leak (encoder)": Number(ranksFirst(byEncoder[i]!.embedding, names, own)),
    };
  });
}
