/** Stage: pictures of one model under several wordings of the instruction from one noise, and from several noises under one wording. */
import { fold, key, normal, stream } from "../../lib/engine/mod.ts";
import { namedInstruction, sampleInstruction } from "../../lib/instructions/mod.ts";
import { composePair, type Pair, taskOf } from "../../lib/tasks/mod.ts";
import type { RewordedItem, VaryWording } from "../setting/model_requests.ts";
import { concatenated } from "../setting/gallery.ts";
import { LATENT_SIZE, MINI_INSTRUCT } from "./models.ts";
import { sharedGenerator } from "./pipeline_models.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import {
  sharedBank,
  sharedBase,
  sharedEmbedder,
  sharedImageEncoder,
  sharedLatentDecoder,
} from "./shared_models.ts";

const WIDTH = 512;
/** Images per run of the denoiser: few pictures must not pay for many. */
const BATCHES = [4, 16] as const;
/** Samples before a task's held-out wordings count as used up. */
const MOST_SAMPLES = 1000;

/** Different held-out wordings for an item. */
function wordingsOf({ task, index, objectName }: Pair, count: number): string[] {
  const random = stream(fold(key("rewording"), task, index));
  const found = new Set<string>();
  for (let i = 0; found.size < count; i++) {
    if (i === MOST_SAMPLES) {
      throw new RangeError(`Rewording ${task} needs ${count} different held-out wordings, got ${found.size}`);
    }
    found.add(namedInstruction(sampleInstruction(random, task, "held-out"), objectName));
  }
  return [...found];
}

/** Unbiased variance over the rows, mean over their coordinates; 0 for a single row. */
export function meanVariance(rows: readonly ArrayLike<number>[]): number {
  const width = rows[0]?.length ?? 0, count = rows.length;
  if (count < 2) return 0;
  let sum = 0;
  for (let d = 0; d < width; d++) {
    let mean = 0, square = 0;
    for (const row of rows) mean += (row[d] as number) / count;
    for (const row of rows) square += ((row[d] as number) - mean) ** 2;
    sum += square / (count - 1);
  }
  return sum / width;
}

/** Samples and measures all items of a task. */
export const varyWording: VaryWording = async (request, adapter, context) => {
  const { task, seed, items, wordings, noises, shown, samplerSteps, guidance, device } = request;
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const pairs = Array.from({ length: items }, (_, index) => composePair(bank, { task, split: "val", index }));
  const texts = pairs.map((pair) => wordingsOf(pair, wordings));
  const embedder = await sharedEmbedder(device);
  const sentences = async (lines: readonly string[]) => {
    const rows = await embedder.embed(lines);
    return lines.map((_, i) => rows.slice(i * WIDTH, (i + 1) * WIDTH));
  };
  const vectors = await sentences(texts.flat());
  const [base, judge, encoder] = [
    await sharedBase(),
    await sharedImageEncoder("judge", device),
    await sharedImageEncoder("encoder", device),
  ];
  const images = await encoder.run(pairs.map(({ condition }) => condition));
  // Per item: every wording from noise 0, then the first wording from noise 1, 2, …
  const each = wordings + noises - 1;
  const wanted = pairs.flatMap(({ prompt, index }, i) =>
    Array.from({ length: each }, (_, place) => {
      const [wording, noise] = place < wordings ? [place, 0] : [0, place - wordings + 1];
      return {
        ids: base.tokenizer.encode([prompt]),
        image: images[i]!.tokens,
        instruction: vectors[i * wordings + wording]!,
        noise: normal(fold(key("rewording noise"), task, index, seed, noise), LATENT_SIZE),
      };
    })
  );
  const { adapter: weights, replacesText } = readTrainedAdapter(await adapter.bytes(TRAINED_ADAPTER));
  const batch = BATCHES.find((size) => wanted.length <= size) ?? BATCHES[1];
  const generator = await sharedGenerator(MINI_INSTRUCT, weights, { batch, device, replacesText });
  const latents = await generator.generate(wanted, {
    adapter: weights,
    steps: samplerSteps,
    guidance,
    progress: (done, total) => context.progress(done, total, "images"),
  });
  const pictures = await (await sharedLatentDecoder(device)).run(latents);
  const seen = (await judge.run(pictures)).map(({ embedding }) => embedding);
  const conditions = (await judge.run(pairs.map(({ condition }) => condition))).map((each) => each.embedding);
  const prompts = await sentences(pairs.map(({ prompt }) => prompt));
  const captions = await sentences(pairs.map(({ conditionCaption }) => conditionCaption));
  const [taken] = taskOf(task).scores;
  const scoreOf = (item: number, place: number) =>
    taken.score({
      generated: seen[item * each + place]!,
      condition: conditions[item]!,
      prompt: prompts[item]!,
      caption: captions[item]!,
    });
  context.write(
    "pictures.rgb",
    concatenated(
      pairs.slice(0, shown).flatMap((
        { condition },
        i,
      ) => [condition, ...pictures.slice(i * each, (i + 1) * each)]),
    ),
  );
  return pairs.map(({ index }, item): RewordedItem => {
    const spread = (places: readonly number[]) => {
      const of = <T>(all: readonly T[]) => places.map((place) => all[item * each + place]!);
      return {
        pixel: meanVariance(of(pictures)),
        latent: meanVariance(of(latents)),
        judge: meanVariance(of(seen)),
      };
    };
    const worded = Array.from({ length: wordings }, (_, place) => place);
    return {
      index,
      wordings: texts[item]!,
      words: spread(worded),
      noise: noises > 1
        ? spread([0, ...Array.from({ length: noises - 1 }, (_, place) => wordings + place)])
        : null,
      scores: worded.map((place) => scoreOf(item, place)),
    };
  });
};
