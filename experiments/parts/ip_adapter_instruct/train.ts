/** Recipe of the committed joint adapter: IPAdapter-Instruct on all five tasks, trained as Table 1's joint model is, for longer. */
import { fold, key } from "../../../lib/engine/mod.ts";
import { visionTokens } from "../../../lib/clip/mod.ts";
import { noiseSchedule, SD_SCHEDULE } from "../../../lib/diffusion/mod.ts";
import { cacheFolder } from "../../../lib/hub/mod.ts";
import { type Bank, type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import { compileAdapterStep, freshInstruct, mixedBatch } from "../../../lib/training/mod.ts";
import { encodeDataset } from "../../mini/encode_dataset.ts";
import { type EncodedTask, readEncodedTask } from "../../mini/encoded_task.ts";
import { loadBase, loadPlus, loadVision } from "../../mini/frozen.ts";
import { MINI_INSTRUCT } from "../../mini/models.ts";
import { MINI_RECIPE } from "../../setting/scales.ts";
import type { PrepareOptions, Training } from "../part.ts";

/** Training pairs of each task. */
export const PAIRS = 8_000;

/** Encodes a task's first training pairs and opens them. */
async function encoded(
  task: TaskId,
  { pairs, notify }: { readonly pairs: number; readonly notify: (message: string) => void },
): Promise<EncodedTask> {
  const files = new Map<string, Uint8Array>();
  await encodeDataset({ scale: "mini", task, trainItems: pairs, validationItems: 0, device: "cpu" }, {
    cacheFolder: cacheFolder(),
    notice: notify,
    progress: () => {},
    write: (name, content) => {
      files.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content);
    },
  });
  const bytes = (name: string) => files.get(name) as Uint8Array;
  notify(`${pairs} pairs of the ${task} task encoded`);
  return await readEncodedTask({
    bytes: (name) => Promise.resolve(bytes(name)),
    text: (name) => Promise.resolve(new TextDecoder().decode(bytes(name))),
  }, { instructions: "random" });
}

/** Trains by the committed recipe. */
export function prepare(_bank: Bank, options: PrepareOptions): Promise<Training> {
  return prepareJoint(options, { pairs: PAIRS });
}

/** Encodes as many pairs of each task and compiles the step. */
export async function prepareJoint(
  { recipe, batches, notify, compile }: PrepareOptions,
  { pairs }: { readonly pairs: number },
): Promise<Training> {
  const base = await loadBase();
  const [plus, vision] = [await loadPlus(base), await loadVision("encoder")];
  const data: EncodedTask[] = [];
  for (const task of TASKS) data.push(await encoded(task, { pairs, notify }));
  const step = await compileAdapterStep({
    compile,
    ...base,
    projection: MINI_INSTRUCT,
    adapter: freshInstruct(fold(key(recipe.seed), "instruct"), MINI_INSTRUCT, { plus, recipe: MINI_RECIPE }),
    batch: recipe.batch,
    imageTokens: visionTokens(vision.config),
    recipe: { ...MINI_RECIPE, optimizer: recipe.optimizer ?? MINI_RECIPE.optimizer },
    ...(recipe.emaDecay === undefined ? {} : { emaDecay: recipe.emaDecay }),
  });
  const source = {
    batch: recipe.batch,
    schedule: noiseSchedule(SD_SCHEDULE),
    noImage: (data[0] as EncodedTask).noImage,
    noText: base.tokenizer.encode([""]),
    recipe: MINI_RECIPE,
  };
  return {
    step,
    batch: (index) => mixedBatch(fold(batches, "batch", index), data, source),
    finish: () => Promise.resolve({ tensors: step.weights(), config: { projection: MINI_INSTRUCT } }),
  };
}
