/** Recipe of the committed joint adapter: IPAdapter-Instruct on all five tasks, trained as Table 1's joint model is, for longer. */
import { fileURLToPath } from "node:url";
import { fold, key } from "../../lib/engine/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../lib/diffusion/mod.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import { compileAdapterStep, freshInstruct, mixedBatch } from "../../lib/training/mod.ts";
import { encodeDataset } from "../mini/encode_dataset.ts";
import { type EncodedTask, readEncodedTask } from "../mini/encoded_task.ts";
import { loadBase, loadPlus, loadVision } from "../mini/frozen.ts";
import { MINI_INSTRUCT } from "../mini/models.ts";
import { MINI_RECIPE } from "../setting/scales.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 32;
const SEED = 71;
/** Training pairs of each task. */
const PAIRS = 2_000;
const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));

/** Encodes one task's training pairs and opens them. */
async function encoded(task: TaskId, notify: (message: string) => void): Promise<EncodedTask> {
  const files = new Map<string, Uint8Array>();
  await encodeDataset({ scale: "mini", task, trainItems: PAIRS, validationItems: 0, device: "cpu" }, {
    cacheFolder: CACHE,
    notice: notify,
    progress: () => {},
    write: (name, content) => {
      files.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content);
    },
  });
  const bytes = (name: string) => files.get(name) as Uint8Array;
  notify(`${PAIRS} pairs of the ${task} task encoded`);
  return await readEncodedTask({
    bytes: (name) => Promise.resolve(bytes(name)),
    text: (name) => Promise.resolve(new TextDecoder().decode(bytes(name))),
  }, { instructions: "random" });
}

export const IP_ADAPTER_INSTRUCT_RECIPE: Recipe = {
  part: "ip-adapter-instruct",
  steps: 2000,
  batchSize: BATCH,
  seed: SEED,
  reads: ["vae", "encoder", "base", "ip-adapter-plus"],
  schedule: (steps) => ({ kind: "linear", lr: MINI_RECIPE.learningRate, warmup: 100, total: steps }),
  summary:
    `Table 1's joint model trained for longer: IPAdapter-Instruct from the committed IPAdapter+, all five tasks mixed evenly, ${PAIRS} pairs each, a random training instruction per sample, error of v, AdamW ${MINI_RECIPE.learningRate} linearly down, 5 % of images, of texts and of both dropped`,
  async prepare(_bank, { draws, notify, compile }) {
    const base = await loadBase();
    const [plus, vision] = [await loadPlus(base), await loadVision("encoder")];
    const data: EncodedTask[] = [];
    for (const task of TASKS) data.push(await encoded(task, notify));
    const step = await compileAdapterStep({
      compile,
      ...base,
      projection: MINI_INSTRUCT,
      adapter: freshInstruct(fold(key(SEED), "instruct"), MINI_INSTRUCT, { plus, recipe: MINI_RECIPE }),
      batch: BATCH,
      imageTokens: visionTokens(vision.config),
      recipe: MINI_RECIPE,
    });
    const source = {
      batch: BATCH,
      schedule: noiseSchedule(SD_SCHEDULE),
      noImage: (data[0] as EncodedTask).noImage,
      noText: base.tokenizer.encode([""]),
      recipe: MINI_RECIPE,
    };
    return {
      step,
      batch: (index) => mixedBatch(fold(draws, "batch", index), data, source),
      finish: () => Promise.resolve({ tensors: step.weights(), config: { projection: MINI_INSTRUCT } }),
    };
  },
};
