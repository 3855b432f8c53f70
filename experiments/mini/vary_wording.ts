/** Stage: pictures of one model under several wordings of the instruction from one noise, and from several noises under one wording. */
import { joinedBytes } from "../../lib/engine/joined.ts";
import { composePair } from "../../lib/tasks/mod.ts";
import type { VaryWording } from "../setting/model_requests.ts";
import { LATENT_SIZE } from "./models.ts";
import { rewordedItem, rewordingNoise, rewordings, wordingsOf } from "../adapters/reword_items.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import { samplePictures } from "./sample_pictures.ts";
import { sentenceVectors, sharedBank, sharedImageEncoder } from "./shared_models.ts";

/** Samples and measures all items of a task. */
export const varyWording: VaryWording = async (request, adapter, context) => {
  const { task, seed, items, wordings, noises, shown, samplerSteps, guidance, device } = request;
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const pairs = Array.from({ length: items }, (_, index) => composePair(bank, { task, split: "val", index }));
  const texts = pairs.map((pair) => wordingsOf(pair, wordings));
  const places = rewordings({ wordings, noises });
  const each = places.length;
  const sampled = await samplePictures(
    pairs.flatMap((pair, i) =>
      places.map(({ wording, noise }) => ({
        prompt: pair.prompt,
        condition: pair.condition,
        instruction: { task, text: texts[i]![wording]! },
        noise: rewordingNoise(pair, { seed, noise, size: LATENT_SIZE }),
      }))
    ),
    readTrainedAdapter(await adapter.bytes(TRAINED_ADAPTER)),
    {
      form: "pooled",
      ...{ steps: samplerSteps, guidance, device },
      progress: (done, total) => context.progress(done, total, "images"),
    },
  );
  const pictures = sampled.map(({ picture }) => picture.pixels);
  const judge = await sharedImageEncoder("judge", device);
  const seen = (await judge.run(pictures)).map(({ embedding }) => embedding);
  const conditions = (await judge.run(pairs.map(({ condition }) => condition))).map((each) => each.embedding);
  const prompts = await sentenceVectors(pairs.map(({ prompt }) => prompt), device);
  const captions = await sentenceVectors(pairs.map(({ conditionCaption }) => conditionCaption), device);
  context.write(
    "pictures.rgb",
    joinedBytes(
      pairs.slice(0, shown).flatMap((
        { condition },
        i,
      ) => [condition, ...pictures.slice(i * each, (i + 1) * each)]),
    ),
  );
  return pairs.map((pair, item) =>
    rewordedItem(
      pair,
      texts[item]!,
      places.map((_, place) => {
        const i = item * each + place;
        return { pixels: pictures[i]!, latents: sampled[i]!.latents, embedding: seen[i]! };
      }),
      { condition: conditions[item]!, prompt: prompts[item]!, caption: captions[item]! },
    )
  );
};
