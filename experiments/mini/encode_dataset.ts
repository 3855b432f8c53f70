/**
 * Stage: what training reads of a task, computed once. Targets as latents, conditions as image tokens, prompts as word ids, instructions as
 * sentence vectors. Validation items are not stored: they are composed again where they are scored.
 */
import { fold, key, stream } from "../../lib/engine/mod.ts";
import { createHash } from "node:crypto";
import { FIXED_INSTRUCTIONS, instructionCorpus, nameObject } from "../../lib/instructions/mod.ts";
import { composePair, type Pair } from "../../lib/tasks/mod.ts";
import type { StageContext } from "../runner/mod.ts";
import type { EncodeReport, EncodeRequest } from "../table1_stages.ts";
import {
  sharedBank,
  sharedBase,
  sharedEmbedder,
  sharedImageEncoder,
  sharedLatentEncoder,
} from "./shared_models.ts";

const PART = 64;
/** Wordings drawn per item of the object task, where each holds the object's name. */
const NAMED_DRAWS = 3;

/** Shared wordings are limited to this many per training item; only tiny budgets notice. */
const MOST_WORDINGS = 4;

/** How an encoded task is laid out in its files. */
export interface EncodedLayout {
  readonly items: number;
  /** Rows of instructions.f16 shared by all items (0: every item has its own). */
  readonly sharedInstructions: number;
  /** Rows of instructions.f16 of each item, in order, where they are not shared. */
  readonly ownInstructions: number;
}

function halfBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(Float16Array.from(values).buffer);
}

/** Training wordings of a task: the corpus, or per item draws with the object's name in place. */
function wordings(request: EncodeRequest, pairs: readonly Pair[]): string[] {
  const corpus = instructionCorpus(request.task, "train");
  if (request.task !== "object") return corpus.slice(0, MOST_WORDINGS * pairs.length);
  return pairs.flatMap((pair) => {
    const random = stream(fold(key("named instructions"), pair.index));
    return Array.from({ length: NAMED_DRAWS }, () => {
      const wording = random.pick(corpus);
      return /\bobjects?\b/i.test(wording) ? nameObject(wording, pair.objectName ?? "object") : wording;
    });
  });
}

/** Encodes the training pairs of one task. */
export async function encodeDataset(request: EncodeRequest, context: StageContext): Promise<EncodeReport> {
  const { task, trainItems, device } = request;
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
      (_, i) => composePair(bank, { task, split: "train", index: first + i }),
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
  const texts = wordings(request, pairs);
  const join = (rows: readonly Float32Array[]) => {
    const width = rows[0]?.length ?? 0;
    const all = new Float32Array(rows.length * width);
    rows.forEach((row, i) => all.set(row, i * width));
    return all;
  };
  context.write("latents.f16", halfBytes(join(latents)));
  context.write("images.f16", halfBytes(join(images)));
  context.write("ids.i32", new Uint8Array(base.tokenizer.encode(pairs.map((pair) => pair.prompt)).buffer));
  context.write("instructions.f16", halfBytes(await embedder.embed(texts)));
  context.write("fixed.f16", halfBytes(await embedder.embed([FIXED_INSTRUCTIONS[task]])));
  context.write("none.f16", halfBytes(await imageEncoder.zero()));
  const layout: EncodedLayout = {
    items: trainItems,
    sharedInstructions: task === "object" ? 0 : texts.length,
    ownInstructions: task === "object" ? NAMED_DRAWS : 0,
  };
  context.write("layout.json", JSON.stringify(layout));
  return { datasetHash: hash.digest("hex") };
}
