/** The joint adapter: does the instruction decide what is taken? Pictures of one condition under every instruction, same prompt and noise: the control matrix. */
import { key } from "../../../lib/engine/mod.ts";
import { levelsBetween } from "../../../lib/metrics/mod.ts";
import { createGenerator } from "../../../lib/pipeline/mod.ts";
import {
  CONTROL_PLACES,
  controlEntries,
  controlHeadlines,
  isAsked,
  type MeanInterval,
  resampleCells,
  withAnchors,
} from "../../../lib/report/mod.ts";
import { type ControlItem, type Rgb, TASKS } from "../../../lib/tasks/mod.ts";
import { visionTokens } from "../../../lib/clip/mod.ts";
import { readAdapterFile } from "../../mini/adapter_file.ts";
import { checkpointPath } from "../../mini/checkpoints.ts";
import { controlAnchors, controlSample, controlTargets } from "../../mini/control_anchors.ts";
import { controlScores } from "../../mini/control_scores.ts";
import { controlItems, type ControlWish, controlWishes, wishedItem } from "../../mini/control_wishes.ts";
import { loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { imageEncoder, latentDecoder } from "../../mini/programs.ts";
import { generationItems } from "../../mini/sample_pictures.ts";
import { meanScore } from "../bootstrap_score.ts";
import type { Bar, EvaluationContext, Measured, Score } from "../measurement.ts";
import { textVectors } from "../text_vectors.ts";

const GUIDANCE = 3;
const STEPS = 20;
/** Pictures sampled at once. */
const BATCH = 16;
/** One seed of the noises. */
const SEED = 0;
/** Rows: held-out wordings, and free ones. */
const WORDINGS = ["held-out", "free"] as const;

/** Scenes that the bar speaks of: with 24 the interval of the control is as wide as the bar is high. */
export const USUAL_SCENES = 120;
/** Least control of an adapter that does what it is told. */
const BAR: Bar = { least: 0.3, items: USUAL_SCENES };

/** Two portraits for every three scenes. */
const portraitsFor = (scenes: number): number => Math.ceil(2 * scenes / 3);

/** A number of the matrix as a score. */
function matrixScore(name: string, { mean, low, high }: MeanInterval, n: number, bar?: Bar): Score {
  return {
    ...{ name, value: mean, n },
    ...(low === null || high === null ? {} : { low, high }),
    ...(bar ? { bar } : {}),
  };
}

/** Pictures of all wishes from the adapter, and of the conditions' prompts alone. */
async function sampled(
  { folder }: EvaluationContext,
  items: readonly ControlItem[],
  wishes: readonly ControlWish[],
): Promise<{ readonly alone: readonly Rgb[]; readonly made: readonly Rgb[] }> {
  const base = await loadBase(folder);
  const { projection, params } = await readAdapterFile(
    checkpointPath("ip-adapter-instruct", folder),
    base.unet.config,
  );
  const vision = await loadVision("encoder", folder);
  const encoder = await imageEncoder(vision);
  const requests = await generationItems(
    wishes.map((wish) => wishedItem(wish, SEED)),
    {
      tokenizer: base.tokenizer,
      encoder,
      instructions: (wordings) => textVectors(wordings.map(({ text }) => text)),
    },
  );
  const noImage = await encoder.zero();
  await encoder.dispose();
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
  const options = { adapter: params, steps: STEPS, guidance: GUIDANCE, sampler: "ddim" } as const;
  const made = await generator.generate(requests, options);
  // At a scale of 0 whatever instruction there is says nothing.
  const firsts = items.map((item) => requests[wishes.findIndex((wish) => wish.item === item)]!);
  const alone = await generator.generate(firsts, { ...options, adapterScale: 0 });
  await generator.dispose();
  const decoder = await latentDecoder(await loadVae(folder));
  const pictures = await decoder.run([...alone, ...made]);
  await decoder.dispose();
  return { alone: pictures.slice(0, items.length), made: pictures.slice(items.length) };
}

/** Samples the conditions under every instruction, and scores what is taken. */
export async function measure(context: EvaluationContext): Promise<Measured> {
  const { bank, folder, items: scenes } = context;
  const portraits = portraitsFor(scenes);
  const items = controlItems(bank, { scenes, portraits });
  const wishes = WORDINGS.flatMap((row) => controlWishes(items, row).map((wish) => ({ ...wish, row })));
  const { alone, made } = await sampled(context, items, wishes);
  const vision = await loadVision("judge", folder);
  const judge = await imageEncoder(vision);
  const scores = await controlScores(
    [
      ...items.map((item, i) => ({ item, picture: alone[i]! })),
      ...wishes.map(({ item }, i) => ({ item, picture: made[i]! })),
      ...controlTargets(items),
    ],
    { bank, judge, tokens: visionTokens(vision.config), vectors: textVectors },
  );
  await judge.dispose();
  const ofTargets = scores.slice(items.length + wishes.length);
  const anchors = controlAnchors(items, SEED, { alone: scores, targets: ofTargets });
  const samples = wishes.map((wish, i) =>
    controlSample(wish, { row: wish.row, seed: SEED, scores: scores[items.length + i]! })
  );
  const resampled = resampleCells(withAnchors(samples, anchors), {
    key: key("evaluate"),
    stratum: ({ kind }) => kind,
  });
  const [heldOut, free] = WORDINGS;
  const headline = (row: string, name: string, bar?: Bar) =>
    controlHeadlines(resampled, row).map((found) =>
      found.scorer === "oracle"
        ? matrixScore(name, found, items.length, bar)
        : matrixScore(`${name}, by the judge`, found, items.length)
    );
  const entries = controlEntries(resampled, heldOut).filter(({ scorer }) => scorer === "oracle");
  const picturesOf = (item: ControlItem) =>
    made.filter((_, i) => wishes[i]!.row === heldOut && wishes[i]!.item === item);
  const changed = items.map((item) => {
    const [first, ...others] = picturesOf(item) as [Rgb, ...Rgb[]];
    return others.reduce((sum, other) => sum + levelsBetween(first, other), 0) / others.length;
  });
  return {
    method:
      `${scenes} held-out scenes and ${portraits} portraits, each sampled under a held-out wording of every task that its kind allows, and under a wording ` +
      `typed freely, without keywords, with one prompt that names nothing of it and from one noise: DDIM, ${STEPS} steps, guidance ${GUIDANCE}. An entry ` +
      "of the control matrix is 0 where as much of the condition is found as the prompt alone gives, 1 where as much as in the true target. Control " +
      "is the mean of the entries that an instruction asks for less the mean of those that it should leave. By oracles unless the judge is named. Change is the " +
      "root mean square difference of a condition's pictures from the one under the first instruction, 0 to 255.",
    scores: [
      ...headline(heldOut, "control", BAR),
      ...headline(free, "control, free wordings", BAR),
      ...CONTROL_PLACES.filter(isAsked).flatMap(({ task, aspect }) =>
        entries.filter((entry) => entry.task === task && entry.aspect === aspect).map((entry) =>
          matrixScore(`${aspect} taken under the ${task} instruction`, entry, items.length)
        )
      ),
      meanScore("change by the instruction", [changed]),
    ],
    gallery: {
      note:
        `condition | prompt alone | under the instruction of each task that the condition allows, in the order ${
          TASKS.join(", ")
        }`,
      items: items.map((item, i) => ({
        images: [item.condition, alone[i]!, ...picturesOf(item)],
        caption: `${item.kind}: ${item.prompt}`,
      })),
    },
  };
}
