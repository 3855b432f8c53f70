/**
 * Stage: what training reads of a task, computed once. Targets as latents, conditions as image tokens, prompts as word ids, instructions as
 * sentence vectors. Validation items are not stored: they are composed again where they are scored.
 */
import { joinedRows } from "../../lib/engine/joined.ts";
import { createHash } from "node:crypto";
import { FIXED_INSTRUCTIONS, instructionCorpus } from "../../lib/instructions/mod.ts";
import { composePair, type Pair } from "../../lib/tasks/mod.ts";
import { halfBytes, writeEncodedTexts } from "../adapters/encoded_items.ts";
import { trainingWordings } from "../adapters/training_wordings.ts";
import type { StageContext } from "../runner/mod.ts";
import type { EncodeReport, EncodeRequest } from "../setting/model_requests.ts";
import { sourcesOf } from "../setting/pair_sources.ts";
import {
  sharedBank,
  sharedBase,
  sharedEmbedder,
  sharedImageEncoder,
  sharedLatentEncoder,
} from "./shared_models.ts";

const PART = 64;

/** What encoding needs of a stage. */
export type EncodeContext = Pick<StageContext, "cacheFolder" | "notice" | "progress" | "write">;

/** Encodes the training pairs of one task. */
export async function encodeDataset(request: EncodeRequest, context: EncodeContext): Promise<EncodeReport> {
  const { task, trainItems, device } = request;
  const sources = sourcesOf(request);
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const base = await sharedBase();
  const [latentEncoder, imageEncoder] = [
    await sharedLatentEncoder(device),
    await sharedImageEncoder("encoder", device),
  ];
  const latents: Float32Array[] = [];
  const images: Float32Array[] = [];
  const pairs: Pair[] = [];
  const hash = createHash("sha256").update(bank.hash);
  for (let first = 0; first < trainItems; first += PART) {
    const count = Math.min(PART, trainItems - first);
    const part = Array.from(
      { length: count },
      (_, i) => composePair(bank, { task, split: "train", index: first + i, sources }),
    );
    for (const { target, condition, prompt } of part) hash.update(target).update(condition).update(prompt);
    latents.push(...await latentEncoder.run(part.map((pair) => pair.target)));
    images.push(
      ...(await imageEncoder.run(part.map((pair) => pair.condition))).map((features) => features.tokens),
    );
    pairs.push(...part);
    context.progress(first + count, trainItems, "pairs");
  }
  const embedder = await sharedEmbedder(device);
  const { texts, ...shares } = trainingWordings(
    task,
    instructionCorpus(task, "train"),
    pairs.map(({ objectName }) => objectName),
  );
  context.write("latents.f16", halfBytes(joinedRows(latents)));
  context.write("images.f16", halfBytes(joinedRows(images)));
  writeEncodedTexts({
    items: trainItems,
    ...shares,
    ids: base.tokenizer.encode(pairs.map((pair) => pair.prompt)),
    instructions: await embedder.embed(texts),
    fixed: await embedder.embed([FIXED_INSTRUCTIONS[task]]),
    none: await imageEncoder.zero(),
  }, context);
  return { datasetHash: hash.digest("hex") };
}
