/** Samples and scores pictures for the explorer, step by step: with models that a machine's disk, or a static site's files, gave. */
import { type CaptionTokenizer, SENTENCE_WIDTH, type SentenceEmbedder } from "../../../lib/clip/mod.ts";
import type {
  GalleryItem,
  SampledModel,
  Studio,
  StudioEvent,
  StudioPicture,
  StudioRequest,
} from "../../../lib/explorer/mod.ts";
import type { RgbPicture } from "../../../lib/raster/mod.ts";
import { clipI, clipS, clipScore } from "../../../lib/metrics/mod.ts";
import { type Rgb, SIZE } from "../../../lib/tasks/mod.ts";
import { fitSource } from "../../pictures/fit_source.ts";
import { type GenerationItem, type OpenPipeline, samplePictures } from "../../../lib/pipeline/mod.ts";
import { generationNoise } from "../../mini/generation_noise.ts";
import type { ImageFeatures, ImageProgram } from "../../mini/programs.ts";
import { unknownWordsNote } from "../../mini/unknown_words.ts";

/** How often unfinished pictures are shown in a sampling. */
const PREVIEWS = 6;

/** What a studio samples with; each is asked for when it is first needed. */
export interface StudioParts {
  /** What it says of itself. */
  readonly about: Studio["about"];
  /** The base model's words. */
  readonly tokenizer: () => Promise<CaptionTokenizer>;
  /** Conditions to choose from. */
  readonly gallery: () => Promise<readonly GalleryItem[]>;
  /** By model. */
  readonly pipelines: Readonly<Record<SampledModel, () => Promise<OpenPipeline>>>;
  /** The image tower that adapters read. */
  readonly encoder: () => Promise<ImageProgram<ImageFeatures>>;
  /** The one that scores. */
  readonly judge: () => Promise<ImageProgram<ImageFeatures>>;
  /** Prompts and captions to vectors. */
  readonly embedder: () => Promise<SentenceEmbedder>;
}

/** A flat picture with its size. */
export const sizedPicture = (pixels: Rgb): StudioPicture["picture"] => ({
  width: SIZE,
  height: SIZE,
  pixels,
});

/** A studio over its parts; `about.batch` pictures go through the denoiser at once. */
export function createStudio(parts: StudioParts): Studio {
  const { about, gallery, pipelines } = parts;
  const fit = async (file: Uint8Array) =>
    (await fitSource(file, { name: "the picture", fit: "crop" })).picture;

  /** Scores of pictures against condition, prompt and, where there is one, the truth. */
  async function scorer(request: StudioRequest, condition: Rgb) {
    const item = "item" in request.condition ? request.condition.item : undefined;
    const judge = await parts.judge();
    const [seen, truth] = await judge.run([condition, ...(item ? [item.target.pixels] : [])]);
    const texts = [request.prompt || "-", item?.caption || "-"];
    const rows = await (await parts.embedder()).embed(texts);
    const [prompt, caption] = [rows.slice(0, SENTENCE_WIDTH), rows.slice(SENTENCE_WIDTH, 2 * SENTENCE_WIDTH)];
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
      yield { kind: "notes", notes: [unknownWordsNote(unknown)] };
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
      noise: generationNoise(request.seed, noise),
    });
    const jobs: { model: SampledModel; at: number[]; items: GenerationItem[] }[] = [{
      model: "instruct",
      at: request.pictures.map((_, i) => i),
      items: request.pictures.map(({ noise, instruction }) => itemOf(noise, instruction)),
    }];
    if (request.plus) {
      const noises = [...new Set(request.pictures.map(({ noise }) => noise))];
      jobs.push({ model: "plus", at: noises, items: noises.map((noise) => itemOf(noise)) });
    }
    const { steps, guidance, adapterScale } = request;
    const every = Math.max(1, Math.ceil(steps / PREVIEWS));
    for (const { model, at, items } of jobs) {
      const pipeline = await pipelines[model]();
      const { batch } = pipeline.generator;
      const calls = (total: number) => total / Math.ceil(items.length / batch);
      const events = samplePictures(pipeline, items, { steps, guidance, adapterScale, signal });
      for await (const event of events) {
        const named = (pictures: readonly RgbPicture[], scores?: readonly Record<string, number>[]) =>
          pictures.map((picture, i): StudioPicture => ({
            at: at[event.first + i]!,
            picture,
            ...(scores ? { scores: scores[i]! } : {}),
          }));
        if (event.kind === "pictures") {
          const { pictures } = event;
          const scores = await score(pictures.map(({ pixels }) => pixels));
          yield { kind: "finished", model, pictures: named(pictures, scores) };
        } else {
          const { done, total } = event;
          const within = (done - 1) % calls(total) + 1;
          const shown = within % every === 0 && within < calls(total) ? await event.preview() : [];
          yield { kind: "step", model, done, total, pictures: named(shown) };
        }
      }
    }
  }

  return { about, gallery, fit, sample };
}
