/** Generates one task's validation images with one model and scores them, at every scale: by encoders, and by what else knows the truth. */
import { type Embedding, embeddingScores } from "../../lib/metrics/mod.ts";
import type { HostParams } from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import type { StageContext } from "../runner/mod.ts";
import { readGallery, writeGallery } from "../setting/gallery.ts";
import { overrideOf } from "../setting/instruct_form.ts";
import type { GalleryItem, ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { validationInstruction, type WordedItem } from "./validation_items.ts";

/** A held-out pair. */
export interface HeldOutPair extends WordedItem {
  /** The condition as the encoders see it. */
  readonly condition: RgbPicture;
  /** The same as a square of the sampled pictures' side. */
  readonly shown: RgbPicture;
  /** The target, of the sampled pictures' sides. */
  readonly target: RgbPicture;
  readonly prompt: string;
  readonly conditionCaption: string;
}

/** The model that is scored. */
export interface ScoredModel {
  /** `image_proj.*` and `ip_adapter.*`; absent: the targets themselves are scored (the ceiling). */
  readonly adapter?: HostParams;
  /** λ of the image attention; 1 if absent. */
  readonly adapterScale?: number;
  /** Whether the adapter was trained in place of the text; beside it if absent. */
  readonly replacesText?: boolean;
  readonly progress?: (done: number, total: number) => void;
}

/** An encoder of pictures and texts into one space. */
export interface ScoringEncoder {
  /** Behind the names of its scores. */
  readonly suffix: string;
  images(pictures: readonly RgbPicture[]): Promise<Embedding[]>;
  texts(texts: readonly string[]): Promise<Embedding[]>;
}

/** A pair with its instruction. */
export interface WordedPair<Pair> {
  readonly pair: Pair;
  /** "" where there is none. */
  readonly instruction: string;
}

/** What a scale scores with. */
export interface Scoring<Pair extends HeldOutPair> {
  /** Items in memory at a time; all of them if absent. */
  readonly part?: number;
  /** How many of the items asked for there are; all if absent. */
  available?(task: TaskId): Promise<number>;
  pairs(task: TaskId, first: number, count: number): Promise<readonly Pair[]>;
  /** A picture per pair. */
  sample(
    items: readonly WordedPair<Pair>[],
    model: ScoredModel & { readonly adapter: HostParams },
    request: ScoreRequest,
  ): Promise<readonly RgbPicture[]>;
  /** The first one's scores are Table 1's. */
  readonly encoders: readonly ScoringEncoder[];
  /** Further scores of each picture. */
  others?(
    pairs: readonly Pair[],
    outputs: readonly RgbPicture[],
  ): readonly Readonly<Record<string, number>>[];
}

/** How often unfinished measurements are saved, in milliseconds. */
export const SAVE_EVERY_MS = 60_000;

type Samples = ScoreReport["samples"];

/** Scores of some pairs' pictures. */
async function scoresOf<Pair extends HeldOutPair>(
  items: readonly WordedPair<Pair>[],
  outputs: readonly RgbPicture[],
  { task, scoring }: { readonly task: TaskId; readonly scoring: Scoring<Pair> },
): Promise<Samples> {
  const { scores } = taskOf(task);
  const pairs = items.map(({ pair }) => pair);
  const found: Record<string, number>[] = pairs.map(() => ({}));
  for (const { suffix, images, texts } of scoring.encoders) {
    const [prompts, captions] = [
      await texts(pairs.map(({ prompt }) => prompt)),
      await texts(pairs.map(({ conditionCaption }) => conditionCaption)),
    ];
    const [conditions, generated] = [
      await images(pairs.map(({ condition }) => condition)),
      await images(outputs),
    ];
    found.forEach((own, i) =>
      Object.assign(
        own,
        embeddingScores(scores, {
          generated: generated[i]!,
          condition: conditions[i]!,
          prompt: prompts[i]!,
          caption: captions[i]!,
        }, suffix),
      )
    );
  }
  const others = scoring.others?.(pairs, outputs);
  return items.map(({ pair: { index, prompt }, instruction }, i) => ({
    index,
    instruction,
    prompt,
    scores: { ...found[i]!, ...others?.[i] },
  }));
}

/** What is kept of an unfinished scoring. */
async function savedPart(
  saved: Awaited<ReturnType<StageContext["loadLatestCheckpoint"]>>,
): Promise<{ samples: Samples; gallery: readonly GalleryItem[] }> {
  if (!saved) return { samples: [], gallery: [] };
  const bytes = (name: string) => Promise.resolve(saved.files[name] as Uint8Array);
  const text = async (name: string) => new TextDecoder().decode(await bytes(name));
  return { samples: saved.state as unknown as Samples, gallery: await readGallery({ bytes, text }) };
}

/**
 * Scores the first `request.items` validation items of a task, or all there are.
 *
 * @param kept where unfinished scores are saved, to go on from; nowhere if absent.
 */
export async function scoreItems<Pair extends HeldOutPair>(
  request: ScoreRequest,
  model: ScoredModel,
  { scoring, kept }: {
    readonly scoring: Scoring<Pair>;
    readonly kept?: Pick<StageContext, "loadLatestCheckpoint" | "saveCheckpoint" | "signal">;
  },
): Promise<ScoreReport> {
  const { task, instructions, galleryItems } = request;
  const items = Math.min(request.items, await scoring.available?.(task) ?? Infinity);
  const { part = items } = scoring;
  const { adapter, progress } = model;
  const before = await savedPart(await kept?.loadLatestCheckpoint());
  const samples = [...before.samples], gallery = [...before.gallery];
  let lastSave = performance.now();
  for (let first = samples.length; first < items; first += part) {
    const pairs = await scoring.pairs(task, first, Math.min(part, items - first));
    const worded = pairs.map((pair) => ({
      pair,
      instruction: validationInstruction(pair, instructions, overrideOf(request)),
    }));
    const outputs = adapter
      ? await scoring.sample(worded, {
        ...model,
        adapter,
        progress: (done) => progress?.(first + done, items),
      }, request)
      : pairs.map(({ target }) => target);
    samples.push(...await scoresOf(worded, outputs, { task, scoring }));
    pairs.forEach(({ index, shown, target }, i) => {
      if (gallery.length === galleryItems) return;
      const output = outputs[i] as RgbPicture;
      gallery.push({
        index,
        side: output.width,
        condition: shown.pixels,
        target: target.pixels,
        output: output.pixels,
      });
    });
    const unfinished = first + part < items;
    if (kept && unfinished && (kept.signal.aborted || performance.now() - lastSave > SAVE_EVERY_MS)) {
      const files: Record<string, Uint8Array> = {};
      const encoder = new TextEncoder();
      writeGallery(gallery, {
        write: (name, content) =>
          void (files[name] = typeof content === "string" ? encoder.encode(content) : content),
      });
      await kept.saveCheckpoint(samples.length, files, JSON.parse(JSON.stringify(samples)));
      lastSave = performance.now();
    }
    if (unfinished) progress?.(samples.length, items);
  }
  return { samples, gallery };
}
