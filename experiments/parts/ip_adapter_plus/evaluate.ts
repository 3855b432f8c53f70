/** The mini IPAdapter+: how much of a condition image arrives, on validation items of the replication task. */
import { fold, key, normal, sizeOf } from "../../../lib/engine/mod.ts";
import { visionTokens } from "../../../lib/clip/mod.ts";
import { clipI } from "../../../lib/metrics/mod.ts";
import { composePair, edgeF1, type Rgb } from "../../../lib/tasks/mod.ts";
import { latentShape } from "../../../lib/training/mod.ts";
import { loadBase, loadPlus, loadVae, loadVision, startParams } from "../../mini/frozen.ts";
import { createGenerator, type Generator } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder, latentEncoder } from "../../mini/programs.ts";
import { meanScore, shareScore } from "../bootstrap_score.ts";
import type { EvaluationContext, Measured } from "../measurement.ts";

const GUIDANCE = 3;
const STEPS = 20;
/** Pictures sampled at once. */
const BATCH = 16;

/** Generates from validation items of the replication task, with the image and without. */
export async function measure({ bank, folder, items }: EvaluationContext): Promise<Measured> {
  const [base, vae] = [await loadBase(folder), await loadVae(folder)];
  const [plus, vision] = [await loadPlus(base, folder), await loadVision("encoder", folder)];
  const pairs = Array.from(
    { length: items },
    (_, index) => composePair(bank, { task: "replication", split: "val", index }),
  );
  const conditions = pairs.map(({ condition }) => condition);
  const encoder = await imageEncoder(vision);
  const [features, noImage] = [await encoder.run(conditions), await encoder.zero()];
  await encoder.dispose();
  const [decoder, compressor] = [await latentDecoder(vae), await latentEncoder(vae)];
  const reconstructed = await decoder.run(await compressor.run(conditions));
  await compressor.dispose();
  const adapter = startParams(plus);
  const generate = async (generator: Generator) => {
    const latents = await generator.generate(
      pairs.map(({ prompt, index }, i) => ({
        ids: base.tokenizer.encode([prompt]),
        image: (features[i] as typeof features[number]).tokens,
        noise: normal(fold(key("evaluate the adapter"), index), sizeOf(latentShape(base.unet.config))),
      })),
      { adapter, steps: STEPS, guidance: GUIDANCE, sampler: "ddim" },
    );
    await generator.dispose();
    return await decoder.run(latents);
  };
  const withImage = await generate(
    await createGenerator({
      base,
      batch: BATCH,
      adapter: {
        projection: plus.projection.config,
        like: adapter,
        imageShape: [visionTokens(vision.config), vision.config.hidden_size],
        noImage,
      },
    }),
  );
  const textAlone = await generate(await createGenerator({ base, batch: BATCH }));
  await decoder.dispose();
  const judge = await imageEncoder(await loadVision("judge", folder));
  const seen = await judge.run(conditions);
  const likeness = async (images: readonly Rgb[]) =>
    (await judge.run(images)).map(({ embedding }, i) =>
      clipI(embedding, (seen[i] as typeof seen[number]).embedding)
    );
  const edges = (images: readonly Rgb[]) => images.map((image, i) => edgeF1(image, conditions[i] as Rgb));
  const ceiling = "condition through the autoencoder";
  const own = "IPAdapter+";
  const pictures = [[own, withImage], ["text alone", textAlone], [ceiling, reconstructed]] as const;
  const likenesses = new Map<string, number[]>();
  for (const [name, images] of pictures) likenesses.set(name, await likeness(images));
  await judge.dispose();
  return {
    method:
      `${items} validation items of the replication task (persons that no part has seen; things and, in half of them, styles that ` +
      "the adapters which start from this one have not), with their full captions as prompts: DDIM, " +
      `${STEPS} steps, guidance ${GUIDANCE}. CLIP-I is the cosine with the condition by the ` +
      "judge; the targets themselves score 1, and what the autoencoder keeps of them is the ceiling of the share. Edge F1 is " +
      "matched within one pixel.",
    scores: [
      ...pictures.flatMap(([name, images]) => [
        meanScore(`CLIP-I, ${name}`, [likenesses.get(name)!]),
        meanScore(`edge F1, ${name}`, [edges(images)]),
      ]),
      shareScore(
        "CLIP-I, share of the autoencoder's ceiling",
        { part: likenesses.get(own)!, whole: likenesses.get(ceiling)! },
        { bar: { least: 0.85, items: 64 } },
      ),
    ],
    gallery: {
      note: "condition | IPAdapter+ | text alone",
      items: pairs.map(({ condition, prompt }, i) => ({
        images: [condition, withImage[i] as Rgb, textAlone[i] as Rgb],
        caption: prompt,
      })),
    },
  };
}
