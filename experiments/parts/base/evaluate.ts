/** The base model: does the judge find, for a generated picture, the caption it was made for? */
import { fold, key, normal, sizeOf } from "../../../lib/engine/mod.ts";
import { clipScore, topOneHits } from "../../../lib/metrics/mod.ts";
import type { Rgb } from "../../../lib/tasks/mod.ts";
import { latentShape } from "../../../lib/training/mod.ts";
import { loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { createGenerator } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder } from "../../mini/programs.ts";
import { meanScore } from "../bootstrap_score.ts";
import type { EvaluationContext, Measured } from "../measurement.ts";
import { distinctScenes, heldOutItems } from "../held_out.ts";
import { textVectors } from "../text_vectors.ts";

const GUIDANCE = 4;
const STEPS = 30;
/** Pictures sampled at once. */
const BATCH = 16;
/** Pictures of each caption, each from a noise of its own: one alone moves the score by 0.05 (standard deviation over noises). */
const SAMPLES = 4;

/** The mean over samples for every item. */
function overSamples(samples: readonly (readonly number[])[]): number[] {
  const [first] = samples as [readonly number[]];
  return first.map((_, i) =>
    samples.reduce((sum, values) => sum + (values[i] as number), 0) / samples.length
  );
}

/** Generates pictures of held-out captions and lets the judge find the captions. */
export async function measure({ bank, folder, items }: EvaluationContext): Promise<Measured> {
  const [base, vae, vision] = [
    await loadBase(folder),
    await loadVae(folder),
    await loadVision("judge", folder),
  ];
  const scenes = distinctScenes(heldOutItems(bank), items);
  const generator = await createGenerator({ base, batch: BATCH });
  const decoder = await latentDecoder(vae);
  const generated: Rgb[][] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const latents = await generator.generate(
      scenes.map(({ caption, index }) => ({
        ids: base.tokenizer.encode([caption]),
        noise: normal(fold(key("evaluate the base"), sample, index), sizeOf(latentShape(base.unet.config))),
      })),
      { steps: STEPS, guidance: GUIDANCE, sampler: "ddim" },
    );
    generated.push(await decoder.run(latents));
  }
  await generator.dispose();
  await decoder.dispose();
  const judge = await imageEncoder(vision);
  const seen = async (images: readonly Rgb[]) => (await judge.run(images)).map(({ embedding }) => embedding);
  const made: Float32Array[][] = [];
  for (const images of generated) made.push(await seen(images));
  const real = await seen(scenes.map(({ image }) => image));
  await judge.dispose();
  const texts = await textVectors(scenes.map(({ caption }) => caption));
  const hits = made.map((images) => topOneHits(images, texts));
  const found = overSamples(hits.map((each) => each.map(Number)));
  const foundReal = topOneHits(real, texts).map(Number);
  const clipP = (images: readonly Float32Array[]) =>
    images.map((image, i) => clipScore(image, texts[i] as Float32Array));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    method:
      `${SAMPLES} pictures for each of ${items} held-out captions of ${items} distinct concepts: DDIM, ${STEPS} steps, guidance ` +
      `${GUIDANCE}; intervals over captions. By the judge's image tower, a picture finds its own caption among the ${items}; beside it the same for the ` +
      "real scenes of these captions. CLIP-P is 2.5 · max(0, cosine) with the caption.",
    scores: [
      meanScore("generated → caption top-1", [found]),
      meanScore("real scene → caption top-1", [foundReal]),
      {
        name: "share of the real scenes' top-1",
        value: sum(found) / Math.max(1, sum(foundReal)),
        n: items,
        bar: { least: 0.8, items: 100 },
      },
      meanScore("CLIP-P, generated", [overSamples(made.map(clipP))]),
      meanScore("CLIP-P, real scenes", [clipP(real)]),
    ],
    gallery: {
      note: "generated; green: the judge finds this caption among all",
      items: scenes.map(({ caption }, i) => ({
        images: [generated[0]?.[i] as Rgb],
        caption,
        good: hits[0]?.[i] as boolean,
      })),
    },
  };
}
