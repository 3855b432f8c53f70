/** What the mini scale scores with: composed pairs, the judge, the joint encoder, and what the generator knows. */
import { composePair, oracleScores, type Pair, SIZE } from "../../lib/tasks/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import {
  type HeldOutPair,
  type ScoredModel,
  scoreItems,
  type Scoring,
  type ScoringEncoder,
} from "../adapters/score_task.ts";
import { initialNoise } from "../adapters/validation_items.ts";
import type { Device } from "../setting/experiment.ts";
import { instructForm } from "../setting/instruct_form.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { FORM_SIZES, instructionRows, instructionSize, padded } from "./instruct_forms.ts";
import { LATENT_SIZE, MINI_RESAMPLER } from "./models.ts";
import { sharedGenerator } from "./pipeline_models.ts";
import {
  sharedBank,
  sharedBase,
  sharedEmbedder,
  sharedImageEncoder,
  sharedLatentDecoder,
} from "./shared_models.ts";

const WIDTH = 512;

/** Most images per run of the denoiser. */
export const LARGEST_BATCH = 16;

/** A composed pair, its pictures with their sides. */
interface ComposedPair extends HeldOutPair {
  readonly composed: Pair;
}

const picture = (pixels: Uint8Array): RgbPicture => ({ width: SIZE, height: SIZE, pixels });

async function composedPairs(
  task: Pair["task"],
  first: number,
  count: number,
): Promise<readonly ComposedPair[]> {
  const bank = await sharedBank();
  return Array.from({ length: count }, (_, i) => {
    const composed = composePair(bank, { task, split: "val", index: first + i });
    const condition = picture(composed.condition);
    return { ...composed, condition, shown: condition, target: picture(composed.target), composed };
  });
}

/** Samples all pictures of a request. */
const sample: Scoring<ComposedPair>["sample"] = async (items, model, request) => {
  const { adapter, adapterScale = 1, replacesText, progress } = model;
  const { task, instructions, seed, device } = request;
  const base = await sharedBase();
  const form = instructForm(request);
  const sizes = FORM_SIZES[form];
  const encoder = await sharedImageEncoder("encoder", device);
  const conditions = await encoder.run(items.map(({ pair }) => pair.composed.condition));
  const wordings = items.map(({ instruction }) => instruction);
  const given = instructions === "none" ? undefined : await instructionRows(form, wordings, { task, device });
  // The smallest power of two that holds the items.
  const batch = Math.min(LARGEST_BATCH, 2 ** Math.ceil(Math.log2(Math.max(1, items.length))));
  const generator = given
    ? await sharedGenerator(sizes.projection, adapter, { batch, device, words: sizes.words, replacesText })
    : await sharedGenerator(MINI_RESAMPLER, adapter, { batch, device, replacesText });
  const latents = await generator.generate(
    items.map(({ pair }, i) => ({
      ids: base.tokenizer.encode([pair.prompt]),
      image: conditions[i]!.tokens,
      ...(given ? { instruction: padded(given[i]!, instructionSize(sizes)) } : {}),
      noise: initialNoise(pair, seed, LATENT_SIZE),
    })),
    {
      adapter,
      adapterScale,
      steps: request.samplerSteps,
      guidance: request.guidance,
      ...(progress ? { progress } : {}),
    },
  );
  return (await (await sharedLatentDecoder(device)).run(latents)).map(picture);
};

/** The judge, whose scores are Table 1's, and the encoder that conditions the adapters. */
async function encodersOn(device: Device): Promise<ScoringEncoder[]> {
  const embedder = await sharedEmbedder(device);
  const texts = async (all: readonly string[]) => {
    const rows = await embedder.embed(all);
    return all.map((_, i) => rows.subarray(i * WIDTH, (i + 1) * WIDTH));
  };
  const by = async (part: "judge" | "encoder", suffix: string): Promise<ScoringEncoder> => {
    const encoder = await sharedImageEncoder(part, device);
    return {
      suffix,
      texts,
      images: async (pictures) =>
        (await encoder.run(pictures.map(({ pixels }) => pixels))).map(({ embedding }) => embedding),
    };
  };
  return [await by("judge", ""), await by("encoder", " (encoder)")];
}

/**
 * Scores `items` validation items of a task.
 *
 * Names with "(encoder)" are the same scores by the encoder that conditions the adapters; the rest beyond Table 1's are oracles.
 */
export async function scoreTask(request: ScoreRequest, model: ScoredModel): Promise<ScoreReport> {
  const { task, device } = request;
  const bank = await sharedBank();
  return await scoreItems(request, model, {
    scoring: {
      pairs: composedPairs,
      sample,
      encoders: await encodersOn(device),
      others: (pairs, outputs) =>
        oracleScores(bank, task, {
          items: pairs.map(({ composed }) => composed),
          outputs: outputs.map(({ pixels }) => pixels),
        }),
    },
  });
}
