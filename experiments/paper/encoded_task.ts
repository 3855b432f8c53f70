/** Reads what the encoding stage keeps of a task; what the cache has lost is encoded again. */
import { type EncodedItems, readEncodedItems } from "../adapters/encoded_items.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import type { TrainRequest } from "../setting/model_requests.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import { encodingsIn, PICTURES } from "./encode_dataset.ts";
import { encodePictures, openPictures, type PictureHashes } from "./encoded_pairs.ts";
import { readPairs } from "./pair_lines.ts";
import { type PaperFolders, taskFolder } from "./paper_inputs.ts";
import { latentRows, tokenRows } from "./picture_encoders.ts";
import { encodersFor, type StageModels } from "./stage_models.ts";

/** One task's training items; pictures are read one by one. */
export interface OpenTask extends EncodedItems {
  close(): void;
}

/** Opens an encoded task. @throws UserError when a picture must be encoded again and is not there. */
export async function openTask(
  task: TaskId,
  output: StageOutput,
  { models, folders, device, instructions, context }: {
    readonly models: StageModels;
    readonly folders: PaperFolders;
    readonly device: TrainRequest["device"];
    readonly instructions: InstructionChoice;
    readonly context: Pick<StageContext, "cacheFolder" | "notice">;
  },
): Promise<OpenTask> {
  const hashes = JSON.parse(await output.text(PICTURES)) as PictureHashes;
  const cache = encodingsIn(context.cacheFolder);
  const open = () =>
    openPictures(hashes, {
      cache,
      latents: latentRows(models, models.side),
      tokens: tokenRows(models),
      vae: models.vae.config,
    });
  let pictures = await open();
  if (!pictures.whole) {
    context.notice(`encodings of ${task} are not there or damaged and are made again`);
    pictures.close();
    const folder = taskFolder(folders, task);
    const pairs = readPairs(task, folder, { split: "train", count: hashes.targets.length });
    await encodePictures({ task, folder, pairs }, { cache, ...await encodersFor(models, device) });
    pictures = await open();
  }
  return {
    ...await readEncodedItems(output, () => pictures, { instructions }),
    close: () => pictures.close(),
  };
}
