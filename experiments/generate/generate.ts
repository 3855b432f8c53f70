/**
 * Pictures from a condition image, an instruction and a prompt, at the mini scale. A picture's bits depend on its record alone: pictures are
 * always sampled and decoded in whole batches of {@link BATCH}, so that it does not matter how many were asked for.
 */
import { fold, key, normal } from "../../lib/engine/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { SIZE } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import { controlInput } from "../mini/control_input.ts";
import { createGenerator, type Generator } from "../mini/generator.ts";
import { onDevice, sharedImageEncoder, sharedLatentDecoder, sharedVision } from "../mini/shared_models.ts";

import { type GenerateRequest, type PreparedGeneration, prepareGeneration } from "./prepare.ts";
import { encodeRecorded, type GenerationRecord } from "./record.ts";
import { numberSetting } from "./settings.ts";

/** Pictures per run of the denoiser. */
export const BATCH = 4;
const LATENT = 4 * 16 * 16;

/** One picture. */
export interface GeneratedPicture extends RgbPicture {
  /** Its number, from 0. */
  readonly index: number;
  /** What it takes to make it again. */
  readonly record: GenerationRecord;
  /** A PNG file that holds the record. */
  readonly png: Uint8Array;
}

/** What happens while pictures are made. */
export type GenerateEvent =
  /** Calls of the denoiser done, over all batches. */
  | { readonly kind: "step"; readonly done: number; readonly total: number }
  | { readonly kind: "picture"; readonly picture: GeneratedPicture };

/** How pictures are made. */
export interface GenerateOptions {
  readonly device?: Device;
  /** Stops between two calls of the denoiser: rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** The generator made last; a notebook's next call most often wants the same. */
let latest: { id: string; generator: Generator } | undefined;
/** One generation at a time: the adapter's weights are the generator's state. */
let queue: Promise<unknown> = Promise.resolve();

async function generatorFor(prepared: PreparedGeneration, device: Device): Promise<Generator> {
  const { base, adapter, controlnet, record: { weights, settings } } = prepared;
  const id = JSON.stringify([
    adapter?.projection,
    weights.lora && [weights.lora.sha256, settings.loraScale],
    weights.controlnet?.sha256,
    device,
  ]);
  if (latest?.id === id) return latest.generator;
  await latest?.generator.dispose();
  latest = undefined;
  const vision = await sharedVision("encoder");
  const generator = await createGenerator({
    base,
    batch: BATCH,
    ...(controlnet ? { controlnet } : {}),
    ...(adapter
      ? {
        adapter: {
          projection: adapter.projection,
          like: adapter.params,
          imageShape: [visionTokens(vision.config), vision.config.hidden_size] as const,
          noImage: await (await sharedImageEncoder("encoder", device)).zero(),
        },
      }
      : {}),
  }, onDevice(device));
  latest = { id, generator };
  return generator;
}

/** Samples and decodes the whole batch that begins at picture `first`. */
async function drawBatch(
  prepared: PreparedGeneration,
  first: number,
  options: { device: Device; signal?: AbortSignal; step: (done: number, total: number) => void },
): Promise<RgbPicture[]> {
  const { device, signal, step } = options;
  const { settings, adapter, image, control, instruction, ids, negative } = prepared;
  const generator = await generatorFor(prepared, device);
  const features = image && (await (await sharedImageEncoder("encoder", device)).run([image.pixels]))[0];
  const items = Array.from({ length: BATCH }, (_, i) => ({
    ids,
    negative,
    ...(features ? { image: features.tokens } : {}),
    ...(instruction ? { instruction } : {}),
    ...(control ? { control: controlInput(control.pixels) } : {}),
    noise: normal(fold(key("generate"), settings.seed, first + i), LATENT),
  }));
  const { steps, sampler, guidance, adapterScale, controlScale } = settings;
  const latents = await generator.generate(items, {
    steps,
    sampler,
    guidance,
    adapterScale,
    controlScale,
    step,
    ...(signal ? { signal } : {}),
    ...(adapter ? { adapter: adapter.params } : {}),
  });
  const pictures = await (await sharedLatentDecoder(device)).run(latents);
  return pictures.map((pixels) => ({ width: SIZE, height: SIZE, pixels }));
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = queue.then(work, work);
  queue = turn.catch(() => undefined);
  return await turn;
}

/**
 * Makes the pictures of a prepared request, batch by batch.
 *
 * @param options.indices which pictures, rising from 0.
 */
export async function* generatePictures(
  prepared: PreparedGeneration,
  options: GenerateOptions & { readonly indices: readonly number[] },
): AsyncGenerator<GenerateEvent, void, void> {
  const { indices, device = "cpu", signal } = options;
  const batches = [...new Set(indices.map((index) => index - index % BATCH))];
  for (const [number, first] of batches.entries()) {
    const steps: GenerateEvent[] = [];
    let wake = () => {};
    const drawn = inTurn(() =>
      drawBatch(prepared, first, {
        device,
        ...(signal ? { signal } : {}),
        step(done, total) {
          steps.push({ kind: "step", done: number * total + done, total: batches.length * total });
          wake();
        },
      })
    );
    let ended = false;
    const end = drawn.then(() => {}, () => {}).then(() => {
      ended = true;
      wake();
    });
    while (!ended || steps.length > 0) {
      const event = steps.shift();
      if (event) yield event;
      else await Promise.race([end, new Promise<void>((resolve) => wake = resolve)]);
    }
    const pictures = await drawn;
    for (const index of indices.filter((each) => each - each % BATCH === first)) {
      const picture = pictures[index - first]!;
      const record = { ...prepared.record, index };
      yield { kind: "picture", picture: { ...picture, index, record, png: encodeRecorded(picture, record) } };
    }
  }
}

/** What {@link generate} gives. */
export interface Generated {
  readonly pictures: readonly GeneratedPicture[];
  /** The condition as the model saw it, 64×64. */
  readonly image?: RgbPicture;
  /** What the ControlNet was shown, 64×64. */
  readonly control?: RgbPicture;
  readonly unknownWords: readonly string[];
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Draws pictures from a condition image, an instruction and a prompt.
 *
 * @param request.count how many, default 4; more begin with the same pictures.
 * @param options.progress called after each call of the denoiser.
 * @throws UserError in one sentence when the request cannot be met.
 */
export async function generate(
  request: GenerateRequest & { readonly count?: number },
  options: GenerateOptions & { readonly progress?: (done: number, total: number) => void } = {},
): Promise<Generated> {
  const { progress, ...rest } = options;
  const count = numberSetting("count", request.count);
  const prepared = await prepareGeneration(request, rest);
  const pictures: GeneratedPicture[] = [];
  const indices = Array.from({ length: count }, (_, index) => index);
  for await (const event of generatePictures(prepared, { ...rest, indices })) {
    if (event.kind === "step") progress?.(event.done, event.total);
    else pictures.push(event.picture);
  }
  const { image, control, unknownWords, notes } = prepared;
  return { pictures, unknownWords, notes, ...(image ? { image } : {}), ...(control ? { control } : {}) };
}
