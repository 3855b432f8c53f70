/**
 * Stage: what training reads of a task at the paper's scale. Pictures are encoded once into the cache of encodings; the stage's own files are the texts and
 * the pictures' hashes. Held-out pairs are read again where they are scored; their content is part of the stage's key.
 */
import { joinedRows } from "../../lib/engine/joined.ts";
import { join } from "node:path";
import { FIXED_INSTRUCTIONS, instructionCorpus } from "../../lib/instructions/mod.ts";
import { type Json, sha256 } from "../../lib/hub/mod.ts";
import { writeEncodedTexts } from "../adapters/encoded_items.ts";
import { trainingWordings } from "../adapters/training_wordings.ts";
import type { StageContext } from "../runner/mod.ts";
import type { EncodeReport, EncodeRequest } from "../setting/model_requests.ts";
import { encodePictures, type PictureHashes } from "./encoded_pairs.ts";
import { readPairs } from "./pair_lines.ts";
import { pairHashes, type PaperFolders, taskFolder } from "./paper_inputs.ts";
import { encodersFor, stageModels } from "./stage_models.ts";

/** Name of the file with the pictures' hashes. */
export const PICTURES = "pictures.json";

/** Folder of the encodings. */
export const encodingsIn = (cacheFolder: string): string => join(cacheFolder, "encodings");

/** Encodes the training pairs of one task. */
export async function encodeDataset(
  request: EncodeRequest,
  context: Pick<StageContext, "cacheFolder" | "notice" | "progress" | "write" | "signal">,
  folders: PaperFolders,
): Promise<EncodeReport> {
  const { task, trainItems, device } = request;
  const folder = taskFolder(folders, task);
  const pairs = readPairs(task, folder, { split: "train", count: trainItems });
  if (pairs.length < trainItems) {
    context.notice(`${folder} has ${pairs.length} pairs to train on, fewer than the budget's ${trainItems}`);
  }
  const models = await stageModels(folders);
  const encoders = await encodersFor(models, device);
  const { targets, conditions } = await encodePictures({ task, folder, pairs }, {
    cache: encodingsIn(context.cacheFolder),
    ...encoders,
    progress: (done, total) => context.progress(done, total, "pictures"),
    signal: context.signal,
  });
  context.write(PICTURES, JSON.stringify({ targets, conditions } satisfies PictureHashes));
  const vectors = new Map<string, Float32Array>();
  const { texts, ...shares } = trainingWordings(
    task,
    instructionCorpus(task, "train"),
    pairs.map(({ object }) => object),
  );
  for (const [i, text] of texts.entries()) {
    if (!vectors.has(text)) vectors.set(text, await encoders.instruction.encode(text));
    context.progress(i + 1, texts.length, "wordings");
  }
  writeEncodedTexts({
    items: pairs.length,
    ...shares,
    ids: models.tokenizer.encode(pairs.map(({ prompt }) => prompt), { truncate: true }),
    instructions: joinedRows(texts.map((text) => vectors.get(text) as Float32Array)),
    fixed: await encoders.instruction.encode(FIXED_INSTRUCTIONS[task]),
    none: await encoders.tokens.none(),
  }, context);
  return { datasetHash: sha256(JSON.stringify(pairHashes(folders, task, request) as Json)) };
}
