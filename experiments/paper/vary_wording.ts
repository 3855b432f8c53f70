/** Stage: pictures of one model at the paper's scale under several wordings from one noise, and from several noises under one wording. */
import { rewordedItem, rewordingNoise, rewordings, wordingsOf } from "../adapters/reword_items.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { RewordedItem, RewordingRequest } from "../setting/model_requests.ts";
import { heldOutPairs } from "./held_out_pairs.ts";
import { keptItems } from "./kept_items.ts";
import { emptySlots } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { latentCount, samplePictures } from "./sample_pictures.ts";
import { scorersFor, stageModels } from "./stage_models.ts";

/** Samples and measures a task's held-out items, as many of those asked for as there are; killed, it goes on after the last saved one. */
export async function varyWording(
  request: RewordingRequest,
  trained: StageOutput,
  context: StageContext,
  folders: PaperFolders,
): Promise<readonly RewordedItem[]> {
  const { task, seed, wordings, noises, shown, samplerSteps: steps, guidance, device } = request;
  await emptySlots("encoding", "training");
  const models = await stageModels(folders);
  const { adapter } = readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER));
  const { reader, text } = await scorersFor(models, device);
  const { available, pairs } = heldOutPairs(folders, { items: request.items, side: models.side });
  const items = Math.min(request.items, await available(task));
  const places = rewordings({ wordings, noises });
  return await keptItems(context, { items, shown, images: places.length }, async (item, progress) => {
    const [pair] = await pairs(task, item, 1);
    if (pair === undefined) throw new RangeError(`Rewording ${task} lost its pair ${item}`);
    const texts = wordingsOf(pair, wordings);
    const sampled = await samplePictures(
      models,
      places.map(({ wording, noise }) => ({
        ...pair,
        instruction: texts[wording] as string,
        noise: rewordingNoise(pair, { seed, noise, size: latentCount(models) }),
      })),
      adapter,
      {
        ...{ instructed: true, adapterScale: 1, steps, guidance, device },
        progress: (count) => count < places.length && progress(count),
      },
    );
    const seen = [];
    for (const { picture, latents } of sampled) {
      seen.push({ pixels: picture.pixels, latents, embedding: (await reader.read(picture)).embedding });
    }
    const found = rewordedItem(pair, texts, seen, {
      condition: (await reader.read(pair.condition)).embedding,
      prompt: await text(pair.prompt),
      caption: await text(pair.conditionCaption),
    });
    return { found, pictures: [pair.shown, ...sampled.map(({ picture }) => picture)] };
  });
}
