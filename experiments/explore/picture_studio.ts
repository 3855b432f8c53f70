/** Draws and scores pictures for the explorer, step by step: with models that a machine's disk, or a static site's files, gave. */
import type { CaptionTokenizer, SentenceEmbedder } from "../../lib/clip/mod.ts";
import { fold, type HostParams, key, normal } from "../../lib/engine/mod.ts";
import type {
  GalleryItem,
  Studio,
  StudioEvent,
  StudioPicture,
  StudioRequest,
} from "../../lib/explorer/mod.ts";
import { clipI, clipS, clipScore } from "../../lib/metrics/mod.ts";
import { type Rgb, SIZE } from "../../lib/tasks/mod.ts";
import { fitSource } from "../generate/fit_source.ts";
import type { GenerationItem, Generator } from "../mini/generator.ts";
import type { ImageFeatures, ImageProgram } from "../mini/programs.ts";

const LATENT = 4 * 16 * 16;
const VECTOR = 512;
/** How often unfinished pictures are shown in a drawing. */
const PREVIEWS = 6;

/** Which adapter draws. */
export type StudioModel = "instruct" | "plus";

/** One kind of adapter, ready to draw. */
export interface Painter {
  /** Samples latents. */
  readonly generator: Generator;
  /** `image_proj.*` and `ip_adapter.*`. */
  readonly adapter: HostParams;
}

/** What a studio draws with; each is asked for when it is first needed. */
export interface StudioParts {
  /** What it says of itself. */
  readonly about: Studio["about"];
  /** The base model's words. */
  readonly tokenizer: () => Promise<CaptionTokenizer>;
  /** Conditions to choose from. */
  readonly gallery: () => Promise<readonly GalleryItem[]>;
  /** By model. */
  readonly painters: Readonly<Record<StudioModel, () => Promise<Painter>>>;
  /** The image tower that adapters read. */
  readonly encoder: () => Promise<ImageProgram<ImageFeatures>>;
  /** The one that scores. */
  readonly judge: () => Promise<ImageProgram<ImageFeatures>>;
  /** Latents to pictures. */
  readonly decoder: () => Promise<{ run(latents: readonly Float32Array[]): Promise<Rgb[]> }>;
  /** Prompts and captions to vectors. */
  readonly embedder: () => Promise<SentenceEmbedder>;
}

/** A flat picture with its size. */
export const sizedPicture = (pixels: Rgb): StudioPicture["picture"] => ({
  width: SIZE,
  height: SIZE,
  pixels,
});

/** Sends values from callbacks to an async iterator. */
async function* relay<T>(work: (send: (value: T) => void) => Promise<void>): AsyncGenerator<T, void, void> {
  const waiting: T[] = [];
  let wake = () => {}, ended = false;
  const end = work((value) => {
    waiting.push(value);
    wake();
  }).finally(() => {
    ended = true;
    wake();
  });
  end.catch(() => {}); // awaited below
  while (!ended || waiting.length > 0) {
    if (waiting.length > 0) yield waiting.shift()!;
    else await new Promise<void>((resolve) => wake = resolve);
  }
  await end;
}

/** A studio over its parts; `about.batch` pictures go through the denoiser at once. */
export function createStudio(parts: StudioParts): Studio {
  const { about, gallery, painters } = parts;
  const { batch } = about;
  const fit = async (file: Uint8Array) =>
    (await fitSource(file, { name: "the picture", fit: "crop" })).picture;

  /** Scores of pictures against condition, prompt and, where there is one, the truth. */
  async function scorer(request: StudioRequest, condition: Rgb) {
    const item = "item" in request.condition ? request.condition.item : undefined;
    const judge = await parts.judge();
    const [seen, truth] = await judge.run([condition, ...(item ? [item.target.pixels] : [])]);
    const texts = [request.prompt || "-", item?.caption || "-"];
    const rows = await (await parts.embedder()).embed(texts);
    const [prompt, caption] = [rows.slice(0, VECTOR), rows.slice(VECTOR, 2 * VECTOR)];
    return async (pictures: readonly Rgb[]) =>
      (await judge.run(pictures)).map(({ embedding }): Record<string, number> => ({
        "CLIP-I": clipI(embedding, seen!.embedding),
        ...(request.prompt ? { "CLIP-P": clipScore(embedding, prompt) } : {}),
        ...(request.prompt && item
          ? {
            "CLIP-S": clipS({
              generated: embedding,
              generatedPrompt: prompt,
              condition: seen!.embedding,
              conditionPrompt: caption,
            }),
          }
          : {}),
        ...(truth ? { "to truth": clipI(embedding, truth.embedding) } : {}),
      }));
  }

  async function* sample(
    request: StudioRequest,
    signal: AbortSignal,
  ): AsyncGenerator<StudioEvent, void, void> {
    const condition = "item" in request.condition
      ? request.condition.item.condition
      : await fit(request.condition.file);
    const tokenizer = await parts.tokenizer();
    const unknown = tokenizer.unknownWords(request.prompt);
    if (unknown.length > 0) {
      yield {
        kind: "notes",
        notes: [
          `The mini base model does not know these words and reads them all alike: ${unknown.join(", ")}`,
        ],
      };
    }
    const score = await scorer(request, condition.pixels);
    if ("item" in request.condition) {
      const { target } = request.condition.item;
      const [scores] = await score([target.pixels]);
      yield { kind: "finished", model: "target", pictures: [{ at: 0, picture: target, scores: scores! }] };
    }
    const [features] = await (await parts.encoder()).run([condition.pixels]);
    const [ids, negative] = [tokenizer.encode([request.prompt]), tokenizer.encode([""])];
    const itemOf = (noise: number, instruction?: Float32Array): GenerationItem => ({
      ids,
      negative,
      image: features!.tokens,
      ...(instruction ? { instruction } : {}),
      noise: normal(fold(key("generate"), request.seed, noise), LATENT),
    });
    const jobs: { model: StudioModel; at: number[]; items: GenerationItem[] }[] = [{
      model: "instruct",
      at: request.pictures.map((_, i) => i),
      items: request.pictures.map(({ noise, instruction }) => itemOf(noise, instruction)),
    }];
    if (request.plus) {
      const noises = [...new Set(request.pictures.map(({ noise }) => noise))];
      jobs.push({ model: "plus", at: noises, items: noises.map((noise) => itemOf(noise)) });
    }
    const decoder = await parts.decoder();
    for (const { model, at, items } of jobs) {
      const { generator, adapter } = await painters[model]();
      const { steps, guidance, adapterScale } = request;
      for (let first = 0; first < items.length; first += batch) {
        const part = items.slice(first, first + batch);
        const named = (pixels: readonly Rgb[], scores?: readonly Record<string, number>[]) =>
          pixels.map((each, i): StudioPicture => ({
            at: at[first + i]!,
            picture: sizedPicture(each),
            ...(scores ? { scores: scores[i]! } : {}),
          }));
        const batches = Math.ceil(items.length / batch), every = Math.max(1, Math.ceil(steps / PREVIEWS));
        yield* relay<StudioEvent>(async (send) => {
          const latents = await generator.generate(part, {
            steps,
            guidance,
            adapterScale,
            adapter,
            signal,
            async step(done, total, clean) {
              const shown = done % every === 0 && done < total
                ? await decoder.run(
                  Array.from({ length: part.length }, (_, i) => clean.slice(i * LATENT, (i + 1) * LATENT)),
                )
                : [];
              send({
                kind: "step",
                model,
                done: first / batch * total + done,
                total: batches * total,
                pictures: named(shown),
              });
            },
          });
          const pixels = await decoder.run(latents);
          send({ kind: "finished", model, pictures: named(pixels, await score(pixels)) });
        });
      }
    }
  }

  return { about, gallery, fit, sample };
}
