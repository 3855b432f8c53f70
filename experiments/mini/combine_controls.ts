/** Stage: one task's held-out items by the joint adapter, a ControlNet, both, and both with a LoRA, all from the same noise. */
import { joinedBytes } from "../../lib/engine/joined.ts";
import { fold, key, normal } from "../../lib/engine/mod.ts";
import { CONTROL_SCORE, LORA_SCORE } from "../setting/score_names.ts";
import type { SampleRow } from "../../lib/report/mod.ts";
import {
  type Bank,
  classifyStyle,
  composePair,
  conditionOf,
  kindOf,
  oracleScores,
  type Pair,
  type Rgb,
  styleOracleOf,
  type TaskId,
  taskOf,
} from "../../lib/tasks/mod.ts";
import { controlnetOf } from "../../lib/tasks/controlnets/mod.ts";
import type { CombineControls } from "../setting/model_requests.ts";
import { baseWithLora } from "./base_additions.ts";
import { checkpointPath } from "./checkpoints.ts";
import { controlImage, createGenerator } from "../../lib/pipeline/mod.ts";
import { type BaseModel, loadControlnet } from "./frozen.ts";
import { LATENT_SIZE, MINI_INSTRUCT } from "./models.ts";
import { validationInstruction } from "../adapters/validation_items.ts";
import { adapterPart } from "./pipeline_models.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import { batchFor, generationItems, sharedItemReader } from "./sample_pictures.ts";
import { onDevice, sharedBank, sharedBase, sharedLatentDecoder } from "./shared_models.ts";

/** What is shown of a task: scenes where it takes from them, else portraits. */
const kindShown = (task: TaskId) => taskOf(task).takes.scene ? "scene" : "portrait";

/** The first validation items of a task whose condition is of that kind. */
function heldOutPairs(bank: Bank, task: TaskId, count: number): Pair[] {
  const pairs: Pair[] = [];
  for (let index = 0; pairs.length < count; index++) {
    if (conditionOf(taskOf(task), index).kind !== kindShown(task)) continue;
    pairs.push(composePair(bank, { task, split: "val", index }));
  }
  return pairs;
}

/** Samples and measures. pictures.rgb: of each shown item condition, control, target, then one picture per combination. */
export const combineControls: CombineControls = async (request, trained, context) => {
  const { task, controlnet: name, lora, combinations, seed, items, galleryItems, device } = request;
  if (lora === null) throw new RangeError("Combining with a LoRA needs the family it is of, got none");
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const [base, controlnet] = [await sharedBase(), await loadControlnet(name)];
  const { adapter, replacesText } = readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER));
  const changed = await baseWithLora(base, checkpointPath(`lora-${lora}`), { scale: 1 });
  const pairs = heldOutPairs(bank, task, items);
  const controls = pairs.map(({ target, truth }) =>
    controlnetOf(name).controlled(bank, { image: target, truth: truth.target })
  );
  const wordings = pairs.map((pair) => validationInstruction(pair, "random"));
  const part = await adapterPart(MINI_INSTRUCT, adapter, { device, replacesText });
  const read = await generationItems(
    pairs.map(({ prompt, condition, index }, i) => ({
      ...{ prompt, condition },
      instruction: { task, text: wordings[i]! },
      noise: normal(fold(key("combine"), task, index, seed), LATENT_SIZE),
    })),
    await sharedItemReader("pooled", device),
  );
  const given = read.map((item, i) => ({ ...item, control: controlImage(controls[i]!.control) }));
  const decoder = await sharedLatentDecoder(device);
  const generatorOf = (model: BaseModel) =>
    createGenerator({
      base: model,
      batch: batchFor(items),
      controlnet,
      adapter: part,
    }, onDevice(device));
  // It knows scenes only: of portraits it could not tell the family.
  const styles = kindShown(task) === "scene" ? styleOracleOf(bank) : undefined;
  const samples: SampleRow[] = [];
  const pictures = new Map<string, Rgb[]>();
  let generator = await generatorOf(base);
  let hasLora = false;
  for (
    const [place, { row, adapter: adapterShare, control: controlScale, lora: wantsLora }] of combinations
      .entries()
  ) {
    if (wantsLora && !hasLora) {
      hasLora = true;
      await generator.dispose();
      generator = await generatorOf(changed.base);
    }
    const latents = await generator.generate(given, {
      adapter,
      steps: request.samplerSteps,
      guidance: request.guidance,
      adapterScale: adapterShare * request.adapterScale,
      controlScale,
      progress: (done, total) =>
        context.progress(place * total + done, combinations.length * total, "images"),
    });
    const outputs = await decoder.run(latents);
    pictures.set(row, outputs);
    const taken = oracleScores(bank, task, { items: pairs, outputs });
    pairs.forEach(({ index, prompt, truth }, i) =>
      samples.push({
        row,
        task,
        index,
        seed,
        instruction: wordings[i]!,
        prompt,
        scores: {
          ...taken[i],
          [CONTROL_SCORE]: controls[i]!.agreement(outputs[i]!),
          ...(styles
            ? {
              [LORA_SCORE]: Number(classifyStyle(styles, outputs[i]!, kindOf(truth.target)).family === lora),
            }
            : {}),
        },
      })
    );
  }
  await generator.dispose();
  context.write("samples.json", JSON.stringify(samples));
  context.write(
    "pictures.rgb",
    joinedBytes(
      pairs.slice(0, galleryItems).flatMap(({ condition, target }, i) => [
        condition,
        controls[i]!.control,
        target,
        ...combinations.map(({ row }) => pictures.get(row)![i]!),
      ]),
    ),
  );
};
