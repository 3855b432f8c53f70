/** Generates one task's validation images with one model and scores them: by the judge, by the joint encoder, and by what the generator knows. */
import { fold, type HostParams, key, normal, stream } from "../../lib/engine/mod.ts";
import { embeddingScores } from "../../lib/metrics/mod.ts";
import {
  COLOUR_INSTRUCTIONS,
  FIXED_INSTRUCTIONS,
  namedInstruction,
  sampleInstruction,
} from "../../lib/instructions/mod.ts";
import { composePair, oracleScores, type Pair, type Rgb, taskOf } from "../../lib/tasks/mod.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import { instructForm, type InstructionOverride, overrideOf } from "../setting/instruct_form.ts";
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
const SIDE = 64;

/** What the scores are of. */
export interface ScoredModel {
  /** `image_proj.*` and `ip_adapter.*`; absent: the targets themselves are scored (the ceiling). */
  readonly adapter?: HostParams;
  /** λ of the image attention; 1 if absent. */
  readonly adapterScale?: number;
  /** Whether the adapter was trained in place of the text; beside it if absent. */
  readonly replacesText?: boolean;
  readonly progress?: (done: number, total: number) => void;
}

/** Most images per run of the denoiser. */
export const LARGEST_BATCH = 16;

/** The instruction of a validation item: the fixed one, or a held-out wording of another template than any in training; of its task unless overridden. */
export function validationInstruction(
  pair: Pair,
  choice: InstructionChoice,
  whose: InstructionOverride = pair.task,
): string {
  if (choice === "none") return "";
  if (choice === "fixed") return FIXED_INSTRUCTIONS[pair.task];
  const random = stream(fold(key("validation instruction"), whose, pair.index));
  if (whose === "colours") return random.pick(COLOUR_INSTRUCTIONS);
  return namedInstruction(sampleInstruction(random, whose, "held-out"), pair.objectName);
}

/** Initial noise of an item: the same for every model of a seed. */
export function initialNoise(task: string, index: number, seed: number): Float32Array {
  return normal(fold(key("initial noise"), task, index, seed), LATENT_SIZE);
}

/**
 * Scores `items` validation items of a task.
 *
 * Names with "(encoder)" are the same scores by the encoder that conditions the adapters; the rest beyond Table 1's are oracles.
 */
export async function scoreTask(
  request: ScoreRequest,
  { adapter, adapterScale = 1, replacesText, progress }: ScoredModel,
): Promise<ScoreReport> {
  const { task, instructions, seed, items, device } = request;
  const bank = await sharedBank();
  const pairs = Array.from({ length: items }, (_, index) => composePair(bank, { task, split: "val", index }));
  const wordings = pairs.map((pair) => validationInstruction(pair, instructions, overrideOf(request)));
  const embedder = await sharedEmbedder(device);
  const sentences = async (texts: readonly string[]) => {
    const rows = await embedder.embed(texts);
    return texts.map((_, i) => rows.subarray(i * WIDTH, (i + 1) * WIDTH));
  };
  const [encoder, judge] = [
    await sharedImageEncoder("encoder", device),
    await sharedImageEncoder("judge", device),
  ];
  const conditions = await encoder.run(pairs.map((pair) => pair.condition));
  let outputs: Rgb[];
  if (adapter) {
    const base = await sharedBase();
    const form = instructForm(request);
    const sizes = FORM_SIZES[form];
    const given = instructions === "none"
      ? undefined
      : await instructionRows(form, wordings, { task, device });
    // The smallest power of two that holds the items.
    const batch = Math.min(LARGEST_BATCH, 2 ** Math.ceil(Math.log2(Math.max(1, items))));
    const generator = given
      ? await sharedGenerator(sizes.projection, adapter, { batch, device, words: sizes.words, replacesText })
      : await sharedGenerator(MINI_RESAMPLER, adapter, { batch, device, replacesText });
    const latents = await generator.generate(
      pairs.map((pair, i) => ({
        ids: base.tokenizer.encode([pair.prompt]),
        image: conditions[i]!.tokens,
        ...(given ? { instruction: padded(given[i]!, instructionSize(sizes)) } : {}),
        noise: initialNoise(task, pair.index, seed),
      })),
      {
        adapter,
        adapterScale,
        steps: request.samplerSteps,
        guidance: request.guidance,
        ...(progress ? { progress } : {}),
      },
    );
    outputs = await (await sharedLatentDecoder(device)).run(latents);
  } else {
    outputs = pairs.map((pair) => pair.target);
  }
  const [prompts, captions] = [
    await sentences(pairs.map((pair) => pair.prompt)),
    await sentences(pairs.map((pair) => pair.conditionCaption)),
  ];
  const conditionsSeen = await judge.run(pairs.map((pair) => pair.condition));
  const [byJudge, byEncoder] = [await judge.run(outputs), await encoder.run(outputs)];
  const oracle = oracleScores(bank, task, { items: pairs, outputs });
  const { scores } = taskOf(task);
  const samples = pairs.map((pair, i) => {
    const texts = { prompt: prompts[i]!, caption: captions[i]! };
    return {
      index: pair.index,
      instruction: wordings[i]!,
      prompt: pair.prompt,
      scores: {
        ...embeddingScores(scores, {
          generated: byJudge[i]!.embedding,
          condition: conditionsSeen[i]!.embedding,
          ...texts,
        }),
        ...embeddingScores(scores, {
          generated: byEncoder[i]!.embedding,
          condition: conditions[i]!.embedding,
          ...texts,
        }, " (encoder)"),
        ...oracle[i]!,
      },
    };
  });
  const gallery = pairs.slice(0, request.galleryItems).map((pair, i) => ({
    index: pair.index,
    side: SIDE,
    condition: pair.condition,
    target: pair.target,
    output: outputs[i]!,
  }));
  return { samples, gallery };
}
