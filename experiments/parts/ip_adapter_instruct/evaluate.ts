/** The joint adapter: does it read the instruction? Each task's pictures under its own instruction and under the other tasks', same noise. */
import { fold, key, normal, sizeOf } from "../../../lib/engine/mod.ts";
import { FIXED_INSTRUCTIONS } from "../../../lib/instructions/mod.ts";
import { clipI } from "../../../lib/metrics/mod.ts";
import { composePair, type Pair, type Rgb, type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import { latentShape } from "../../../lib/training/mod.ts";
import { visionTokens } from "../../../lib/clip/mod.ts";
import { readAdapterFile } from "../../mini/adapter_file.ts";
import { checkpointPath } from "../../mini/checkpoints.ts";
import { loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { createGenerator } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder } from "../../mini/programs.ts";
import { validationInstruction } from "../../mini/score_task.ts";
import { meanScore } from "../bootstrap_score.ts";
import type { EvaluationContext, Measured } from "../measurement.ts";
import { textVectors } from "../text_vectors.ts";

const GUIDANCE = 3;
const STEPS = 20;
/** Pictures sampled at once. */
const BATCH = 16;

/** Root mean square difference of two pictures, 0 to 255. */
function pixelDistance(a: Rgb, b: Rgb): number {
  let sum = 0;
  a.forEach((value, i) => sum += (value - (b[i] as number)) ** 2);
  return Math.sqrt(sum / a.length);
}

/** The instructions an item is sampled under: its own first, then each other task's fixed one. */
function instructionsOf(pair: Pair): string[] {
  const others = TASKS.filter((task) => task !== pair.task);
  return [validationInstruction(pair, "random"), ...others.map((task) => FIXED_INSTRUCTIONS[task])];
}

/** Generates each task's items under its own instruction and under the others'. */
export async function measure({ bank, folder, items }: EvaluationContext): Promise<Measured> {
  const base = await loadBase(folder);
  const { projection, params } = await readAdapterFile(
    checkpointPath("ip-adapter-instruct", folder),
    base.unet.config,
  );
  const vision = await loadVision("encoder", folder);
  const pairs = Array.from(
    { length: items },
    (_, index) => TASKS.map((task) => composePair(bank, { task, split: "val", index })),
  ).flat();
  const encoder = await imageEncoder(vision);
  const [features, noImage] = [
    await encoder.run(pairs.map(({ condition }) => condition)),
    await encoder.zero(),
  ];
  await encoder.dispose();
  const wordings = pairs.map(instructionsOf);
  const vectors = await textVectors(wordings.flat());
  const generator = await createGenerator({
    base,
    batch: BATCH,
    adapter: {
      projection,
      like: params,
      imageShape: [visionTokens(vision.config), vision.config.hidden_size],
      noImage,
    },
  });
  const each = TASKS.length;
  const latents = await generator.generate(
    pairs.flatMap(({ prompt, task, index }, i) =>
      Array.from({ length: each }, (_, place) => ({
        ids: base.tokenizer.encode([prompt]),
        image: (features[i] as typeof features[number]).tokens,
        instruction: vectors[i * each + place] as Float32Array,
        noise: normal(
          fold(key("evaluate the joint adapter"), task, index),
          sizeOf(latentShape(base.unet.config)),
        ),
      }))
    ),
    { adapter: params, steps: STEPS, guidance: GUIDANCE, sampler: "ddim" },
  );
  await generator.dispose();
  const decoder = await latentDecoder(await loadVae(folder));
  const pictures = await decoder.run(latents);
  await decoder.dispose();
  const judge = await imageEncoder(await loadVision("judge", folder));
  const seen = (await judge.run(pictures)).map(({ embedding }) => embedding);
  const targets = (await judge.run(pairs.map(({ target }) => target))).map(({ embedding }) => embedding);
  await judge.dispose();
  const likeness = pairs.map((_, i) =>
    Array.from({ length: each }, (_, place) => clipI(seen[i * each + place]!, targets[i]!))
  );
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const own = likeness.map(([first]) => first as number);
  const others = likeness.map(([, ...rest]) => mean(rest));
  const changed = pairs.map((_, i) =>
    mean(
      Array.from(
        { length: each - 1 },
        (_, place) => pixelDistance(pictures[i * each]!, pictures[i * each + place + 1]!),
      ),
    )
  );
  const byTask = (values: readonly number[]) =>
    TASKS.map((task) => values.filter((_, i) => pairs[i]?.task === task));
  const gain = own.map((value, i) => value - (others[i] as number));
  const one = (values: readonly number[], task: TaskId) => [
    byTask(values)[TASKS.indexOf(task)] as number[],
  ];
  return {
    method:
      `${items} validation items of each task, sampled under a held-out wording of their own task and under the fixed instruction of each ` +
      `other task, from the same noise: DDIM, ${STEPS} steps, guidance ${GUIDANCE}. Likeness is the judge's cosine with the item's ` +
      "target; a model that reads the instruction comes closer to it under its own. Change is the root mean square difference of " +
      "the pictures, 0 to 255.",
    scores: [
      meanScore("likeness to the target, own instruction", byTask(own)),
      meanScore("likeness to the target, other instructions", byTask(others)),
      meanScore("gain by the own instruction", byTask(gain)),
      ...TASKS.map((task) => meanScore(`gain by the own instruction, ${task}`, one(gain, task))),
      meanScore("change by the instruction", byTask(changed)),
      ...TASKS.map((task) => meanScore(`change by the instruction, ${task}`, one(changed, task))),
    ],
    gallery: {
      note: `condition | target | under the item's own instruction | under each other task's, in the order ${
        TASKS.join(", ")
      }`,
      items: pairs.map(({ condition, target, prompt, task }, i) => ({
        images: [condition, target, ...pictures.slice(i * each, (i + 1) * each)],
        caption: `${task}: ${prompt}`,
      })),
    },
  };
}
