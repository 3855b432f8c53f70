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
import { BY_ENCODER } from "../setting/score_names.ts";
import { LATENT_SIZE } from "./models.ts";
import { samplePictures } from "./sample_pictures.ts";
import { sentenceVectors, sharedBank, sharedImageEncoder } from "./shared_models.ts";

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
  const { adapter, adapterScale = 1, replacesText = false, progress } = model;
  const { instructions, seed, samplerSteps: steps, guidance, device } = request;
  const sampled = await samplePictures(
    items.map(({ pair, instruction }) => ({
      prompt: pair.prompt,
      condition: pair.composed.condition,
      ...(instructions === "none" ? {} : { instruction: { task: request.task, text: instruction } }),
      noise: initialNoise(pair, seed, LATENT_SIZE),
    })),
    { adapter, replacesText },
    {
      form: instructions === "none" ? undefined : instructForm(request),
      ...{ adapterScale, steps, guidance, device, progress },
    },
  );
  return sampled.map(({ picture }) => picture);
};

/** The judge, whose scores are Table 1's, and the encoder that conditions the adapters. */
async function encodersOn(device: Device): Promise<ScoringEncoder[]> {
  const texts = (all: readonly string[]) => sentenceVectors(all, device);
  const by = async (part: "judge" | "encoder", suffix: string): Promise<ScoringEncoder> => {
    const encoder = await sharedImageEncoder(part, device);
    return {
      suffix,
      texts,
      images: async (pictures) =>
        (await encoder.run(pictures.map(({ pixels }) => pixels))).map(({ embedding }) => embedding),
    };
  };
  return [await by("judge", ""), await by("encoder", BY_ENCODER)];
}

/**
 * Scores `items` validation items of a task.
 *
 * Names that end in {@link BY_ENCODER} are the same scores by the encoder that conditions the adapters; the rest beyond Table 1's are oracles.
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
