/**
 * Pictures of a prepared request, at either scale. A picture's bits depend on its record alone: pictures are sampled and decoded in whole
 * batches of the pipeline, so that it does not matter how many were asked for.
 */
import { samplePictures } from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { PictureScale } from "./picture_scale.ts";
import type { OpenOptions, PictureRecord, PictureRequest, Prepared } from "./prepared.ts";
import { encodeRecorded } from "./record.ts";
import { numberSetting } from "./settings.ts";
import { relay } from "./relay.ts";

/** One picture. */
export interface GeneratedPicture<Made extends PictureRecord = PictureRecord> extends RgbPicture {
  /** Its number, from 0. */
  readonly index: number;
  /** What it takes to make it again. */
  readonly record: Made;
  /** A PNG file that holds the record. */
  readonly png: Uint8Array;
}

/** What happens while pictures are made. */
export type GenerateEvent<Made extends PictureRecord = PictureRecord> =
  /** Calls of the denoiser done, over all batches. */
  | { readonly kind: "step"; readonly done: number; readonly total: number }
  | { readonly kind: "picture"; readonly picture: GeneratedPicture<Made> };

/** How pictures are made. */
export interface GenerateOptions extends Partial<OpenOptions> {
  /** Stops between two calls of the denoiser: rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** One request at a time: models are large, and an adapter's weights may be the generator's state. */
let queue: Promise<unknown> = Promise.resolve();

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
export async function* generatePictures<Made extends PictureRecord>(
  prepared: Prepared<Made>,
  options: GenerateOptions & { readonly indices: readonly number[] },
): AsyncGenerator<GenerateEvent<Made>, void, void> {
  const { indices, device = "cpu", make, signal } = options;
  if (indices.length === 0) return;
  const { settings } = prepared.record;
  yield* relay<GenerateEvent<Made>>((send, left) =>
    inTurn(async () => {
      const request = await prepared.open({ device, ...(make ? { make } : {}) });
      try {
        const { batch } = request.generator;
        const starts = [...new Set(indices.map((index) => index - index % batch))];
        const all = starts.flatMap((start) => Array.from({ length: batch }, (_, i) => start + i));
        const stopping = signal ? AbortSignal.any([signal, left]) : left;
        const events = samplePictures(request, all.map((index) => request.item(index)), {
          ...settings,
          signal: stopping,
        });
        for await (const event of events) {
          if (event.kind === "step") {
            send({ kind: "step", done: event.done, total: event.total });
            continue;
          }
          for (const [i, picture] of event.pictures.entries()) {
            const index = all[event.first + i] as number;
            if (!indices.includes(index)) continue;
            const record = { ...prepared.record, index } as Made;
            send({
              kind: "picture",
              picture: { ...picture, index, record, png: encodeRecorded(picture, record) },
            });
          }
        }
      } finally {
        await request.close();
      }
    })
  );
}

/** What {@link collectPictures} gives. */
export interface Generated<Made extends PictureRecord = PictureRecord> {
  readonly pictures: readonly GeneratedPicture<Made>[];
  /** The condition as the model saw it. */
  readonly image?: RgbPicture;
  /** What the ControlNet was shown. */
  readonly control?: RgbPicture;
  /** Words of the texts that the model does not know. */
  readonly unknownWords: readonly string[];
  /** What the user should know, in sentences. */
  readonly notes: readonly string[];
}

/** How all pictures of a request are generated. */
export interface CollectOptions extends GenerateOptions {
  /** Called after each call of the denoiser. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Makes all pictures of a request at a scale.
 *
 * @param options.count how many, default 4; more begin with the same pictures.
 * @throws UserError for a count out of range, or when the request cannot be met.
 */
export async function collectPictures<Request extends PictureRequest, Made extends PictureRecord>(
  scale: Pick<PictureScale<Request, Made>, "prepare">,
  request: Request,
  options: CollectOptions & { readonly count: number | undefined },
): Promise<Generated<Made>> {
  const { progress, count: asked, ...rest } = options;
  const count = numberSetting("count", asked);
  const prepared = await scale.prepare(request, rest.device ? { device: rest.device } : {});
  const pictures: GeneratedPicture<Made>[] = [];
  const indices = Array.from({ length: count }, (_, index) => index);
  for await (const event of generatePictures(prepared, { ...rest, indices })) {
    if (event.kind === "step") progress?.(event.done, event.total);
    else pictures.push(event.picture);
  }
  const { image, control, unknownWords = [], notes } = prepared;
  return { pictures, unknownWords, notes, ...(image ? { image } : {}), ...(control ? { control } : {}) };
}
