/** Stage: pictures of one model under several wordings of the instruction from one noise, and from several noises under one wording. */
import { composePair } from "../../lib/tasks/mod.ts";
import type { VaryWording } from "../setting/model_requests.ts";
import { concatenated } from "../setting/gallery.ts";
import { LATENT_SIZE, MINI_INSTRUCT } from "./models.ts";
import { sharedGenerator } from "./pipeline_models.ts";
import { rewordedItem, rewordingNoise, rewordings, wordingsOf } from "../adapters/reword_items.ts";
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
  const places = rewordings({ wordings, noises });
  const each = places.length;
  const wanted = pairs.flatMap((pair, i) =>
    places.map(({ wording, noise }) => ({
      ids: base.tokenizer.encode([pair.prompt]),
      image: images[i]!.tokens,
      instruction: vectors[i * wordings + wording]!,
      noise: rewordingNoise(pair, { seed, noise, size: LATENT_SIZE }),
    }))
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
  context.write(
    "pictures.rgb",
    concatenated(
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
        return { pixels: pictures[i]!, latents: latents[i]!, embedding: seen[i]! };
      }),
      { condition: conditions[item]!, prompt: prompts[item]!, caption: captions[item]! },
    )
  );
};
