/**
 * Stage: what training reads of a task, computed once. Targets as latents, conditions as image tokens, prompts as word ids, instructions as
 * sentence vectors. Validation items are not stored: they are composed again where they are scored.
 */
import { createHash } from "node:crypto";
import { fold, key, stream } from "../../lib/engine/mod.ts";
import { FIXED_INSTRUCTIONS, instructionCorpus, namedInstruction } from "../../lib/instructions/mod.ts";
import { composePair, type Pair, type TaskId, taskOf } from "../../lib/tasks/mod.ts";
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

/** Wordings sampled per item where each holds the name of the item's object. */
const NAMED_WORDINGS = 3;

/** Shared wordings are limited to this many per training item; only tiny budgets notice. */
const MOST_WORDINGS = 4;

/** Rows of wordings, and whose they are. */
export interface TrainingWordings {
  readonly texts: readonly string[];
  /** Rows shared by all items (0: every item has its own). */
  readonly sharedInstructions: number;
  /** Rows of each item, in order, where they are not shared. */
  readonly ownInstructions: number;
}

/**
 * Wordings of a task's first training items.
 *
 * @param corpus training wordings as written.
 * @param names one entry per item; its object's name where the task names it.
 * @throws RangeError when a task that names objects has an item without one.
 */
export function trainingWordings(
  task: TaskId,
  corpus: readonly string[],
  names: readonly (string | undefined)[],
): TrainingWordings {
  if (!taskOf(task).words.namesObject) {
    const texts = corpus.slice(0, MOST_WORDINGS * names.length);
    return { texts, sharedInstructions: texts.length, ownInstructions: 0 };
  }
  const texts = names.flatMap((name, index) => {
    if (name === undefined) {
      throw new RangeError(
        `Wordings of ${task} need the name of each item's object, got none of item ${index}`,
      );
    }
    const random = stream(fold(key("named instructions"), index));
    return Array.from({ length: NAMED_WORDINGS }, () => namedInstruction(random.pick(corpus), name));
  });
  return { texts, sharedInstructions: 0, ownInstructions: NAMED_WORDINGS };
}

const PART = 64;

/** How an encoded task is laid out in its files; the wordings are rows of instructions.f16. */
export interface EncodedLayout extends Omit<TrainingWordings, "texts"> {
  readonly items: number;
}

function halfBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(Float16Array.from(values).buffer);
}

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
  const layout: EncodedLayout = { items: trainItems, ...shares };
  context.write("layout.json", JSON.stringify(layout));
  return { datasetHash: hash.digest("hex") };
}
