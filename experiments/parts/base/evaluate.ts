/** The base model: does the judge find, for a generated picture, the caption it was made for, and the name of its thing? */
import { fold, key, normal, sizeOf } from "../../../lib/engine/mod.ts";
import { clipScore, ranksFirst, topOneHits } from "../../../lib/metrics/mod.ts";
import type { Bank, Rgb } from "../../../lib/tasks/mod.ts";
import { latentShape } from "../../../lib/training/mod.ts";
import { loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { createGenerator } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder } from "../../mini/programs.ts";
import { meanOver, meanScore, shareScore } from "../bootstrap_score.ts";
import type { EvaluationContext, Measured } from "../measurement.ts";
import { distinctScenes, type HeldOutItem, heldOutItems } from "../held_out.ts";
import { subjectOf, SUBJECTS } from "../image_pool.ts";
import { textVectors } from "../text_vectors.ts";

const GUIDANCE = 4;
const STEPS = 30;
/** Pictures sampled at once. */
const BATCH = 16;
/** Pictures of each caption, each from a noise of its own: one alone moves the score by 0.05 (standard deviation over noises). */
const SAMPLES = 4;

/** The scores by which recipes of the base are compared, by their names. */
export const RECIPE_SCORES = {
  captionsFound: "generated → caption top-1",
  clipP: "CLIP-P, generated",
} as const;

/** Disjoint sets of captions; the bar is on the worse one. */
const SETS = 2;

/** Sets of held-out scenes, each of `count` distinct concepts; no caption is in two of them. */
export function disjointSets(bank: Bank, count: number): HeldOutItem[][] {
  const stretch = heldOutItems(bank);
  const taken = new Set<string>();
  return Array.from({ length: SETS }, () => {
    const scenes = distinctScenes(stretch, count, { except: taken });
    for (const { caption } of scenes) taken.add(caption);
    return scenes;
  });
}

/** Generates pictures of held-out captions and lets the judge find the captions and name the things. */
export async function measure({ bank, folder, items }: EvaluationContext): Promise<Measured> {
  const [base, vae, vision] = [
    await loadBase(folder),
    await loadVae(folder),
    await loadVision("judge", folder),
  ];
  const scenes = disjointSets(bank, items).flat();
  /** Values of all scenes, set by set. */
  const bySet = <Value>(values: readonly Value[]) =>
    Array.from({ length: SETS }, (_, set) => values.slice(set * items, (set + 1) * items));
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
  const names = await textVectors(SUBJECTS);
  const hits = (images: readonly Float32Array[]) =>
    bySet(images).flatMap((set, place) => topOneHits(set, bySet(texts)[place]!).map(Number));
  const named = (images: readonly Float32Array[]) =>
    images.map((image, i) => Number(ranksFirst(image, names, subjectOf(scenes[i]!.scene!))));
  const clipP = (images: readonly Float32Array[]) => images.map((image, i) => clipScore(image, texts[i]!));
  const [found, foundReal] = [made.map(hits), hits(real)];
  const [namedMade, namedReal] = [meanOver(made.map(named)), named(real)];
  const share = "share of the real scenes' top-1";
  const shares = bySet(meanOver(found)).map((part, set) =>
    shareScore(`${share}, set ${set + 1}`, { part, whole: bySet(foundReal)[set]! })
  );
  const worse = shares.reduce((one, other) => other.value < one.value ? other : one);
  return {
    method:
      `${SAMPLES} pictures for each of ${SETS} × ${items} held-out captions, ${items} distinct concepts in each set and no caption in both: DDIM, ` +
      `${STEPS} steps, guidance ${GUIDANCE}; intervals over captions. By the judge's image tower, a picture finds its own caption among the ` +
      `${items} of its set; beside it the same for the real scenes of these captions. A thing is named when its name lies nearest to the picture ` +
      `among all ${SUBJECTS.length}. CLIP-P is 2.5 · max(0, cosine) with the caption.`,
    scores: [
      meanScore(RECIPE_SCORES.captionsFound, bySet(meanOver(found))),
      meanScore("real scene → caption top-1", bySet(foundReal)),
      ...shares,
      { ...worse, name: `${share}, the worse set`, bar: { least: 0.9, items: 100 } },
      meanScore("thing named, generated", bySet(namedMade)),
      meanScore("thing named, real scenes", bySet(namedReal)),
      shareScore("thing named, share of the real scenes'", { part: namedMade, whole: namedReal }, {
        bar: { least: 0.85, items: 100 },
      }),
      meanScore(RECIPE_SCORES.clipP, bySet(meanOver(made.map(clipP)))),
      meanScore("CLIP-P, real scenes", bySet(clipP(real))),
    ],
    gallery: {
      note: "generated; green: the judge finds this caption among its set's",
      items: scenes.map(({ caption }, i) => ({
        images: [generated[0]?.[i] as Rgb],
        caption,
        good: found[0]?.[i] === 1,
      })),
    },
  };
}
