/** Stage: pictures of one model at the paper's scale under several wordings from one noise, and from several noises under one wording. */
import { joinedBytes } from "../../lib/engine/joined.ts";
import { rewordedItem, rewordingNoise, rewordings, wordingsOf } from "../adapters/reword_items.ts";
import { SAVE_EVERY_MS } from "../adapters/score_task.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import { endOfStep, type StageContext, type StageOutput } from "../runner/mod.ts";
import type { RewordedItem, RewordingRequest } from "../setting/model_requests.ts";
import { heldOutPairs } from "./held_out_pairs.ts";
import { emptySlots } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { latentCount, samplePictures } from "./sample_pictures.ts";
import { scorersFor, stageModels } from "./stage_models.ts";

/** The output's file of pictures, and its name in a checkpoint. */
const PICTURES = "pictures.rgb";

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
  const saved = await context.loadLatestCheckpoint();
  const found = saved ? [...saved.state as unknown as RewordedItem[]] : [];
  const pictures = saved ? [saved.files[PICTURES] as Uint8Array] : [];
  let lastSave = performance.now();
  while (found.length < items) {
    const [pair] = await pairs(task, found.length, 1);
    if (pair === undefined) throw new RangeError(`Rewording ${task} lost its pair ${found.length}`);
    const texts = wordingsOf(pair, wordings);
    const done = (count: number) => found.length * places.length + count;
    const progress = (count: number) => context.progress(count, items * places.length, "images");
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
        progress: (count) => count < places.length && progress(done(count)),
      },
    );
    if (found.length < shown) {
      pictures.push(
        joinedBytes([pair.shown, ...sampled.map(({ picture }) => picture)].map((each) => each.pixels)),
      );
    }
    const seen = [];
    for (const { picture, latents } of sampled) {
      seen.push({ pixels: picture.pixels, latents, embedding: (await reader.read(picture)).embedding });
    }
    found.push(rewordedItem(pair, texts, seen, {
      condition: (await reader.read(pair.condition)).embedding,
      prompt: await text(pair.prompt),
      caption: await text(pair.conditionCaption),
    }));
    const kept = await endOfStep(context.signal, {
      show: () => progress(done(0)),
      save: () =>
        context.saveCheckpoint(
          found.length,
          { [PICTURES]: joinedBytes(pictures) },
          JSON.parse(JSON.stringify(found)),
        ),
      due: found.length < items && performance.now() - lastSave > SAVE_EVERY_MS,
      dueWhenStopping: found.length < items,
    });
    if (kept) lastSave = performance.now();
  }
  context.write(PICTURES, joinedBytes(pictures));
  return found;
}
