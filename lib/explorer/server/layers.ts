/**
 * Layers: many texts placed at once, each at the mean of its nearest training instructions' places weighted by affinity (PCA: exactly).
 * Kept under a hash of their lines, so that a link that names one works again.
 */
import { SENTENCE_WIDTH, type SentenceEmbedder } from "../../clip/mod.ts";
import { fold, key } from "../../engine/mod.ts";
import {
  conditionalAffinities,
  nearestNeighbours,
  type Neighbours,
  pcaTransform,
  type Points,
} from "../../projection/mod.ts";
import {
  dimensionsOf,
  encodeFloats,
  type LayerAnswer,
  type LayerEvent,
  LAYOUT_IDS,
  type LayoutId,
  LAYOUTS,
} from "../api.ts";
import { firstAxes, type InstructionSpace, trainedPoints } from "./instruction_space.ts";
import type { ShortWorkFirst } from "./short_work_first.ts";

/** Texts that are embedded and placed together, in about half a second: what is typed meanwhile waits for one part. */
const PART = 128;
/** Nearest training instructions that place a line, and the effective number of them: lib/projection's defaults. */
const NEAR = 15;
/** Layers that are kept. */
export const KEPT_LAYERS = 20;

/** Weighted means of the places of each line's neighbours [lines dimensions]. */
function weightedMeans(near: Neighbours, affinities: Float64Array, layout: Points): Float32Array {
  const { data, width } = layout;
  const places = new Float32Array(near.count * width);
  near.indices.forEach((j, at) => {
    const i = Math.floor(at / near.k);
    for (let d = 0; d < width; d++) {
      places[i * width + d] = places[i * width + d]! + affinities[at]! * data[j * width + d]!;
    }
  });
  return places;
}

/** Where layers are kept: on the server's disk, or in the browser. */
export interface LayerStore {
  /** A layer kept before; undefined where there is none, or the id is no layer's. */
  read(id: string): Promise<LayerAnswer | undefined>;
  /** Keeps a layer; the oldest go when there are more than {@link KEPT_LAYERS}. */
  keep(layer: LayerAnswer): Promise<void>;
}

/** What a layer is made with. */
export interface LayerTools {
  readonly space: InstructionSpace;
  readonly embedder: SentenceEmbedder;
  readonly layers: LayerStore;
  /** Lets what is typed go first. */
  readonly turns: ShortWorkFirst;
}

/** Names lines: 64 bits of hash as 16 hexadecimal digits. */
function layerId(name: string, texts: readonly string[]): string {
  const { words } = fold(key("layer"), name, texts.join("\n"));
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Places a layer's texts, part by part. Rejects with the signal's reason when it is aborted. */
export async function* makeLayer(
  { space, embedder, layers, turns }: LayerTools,
  { name, texts }: { readonly name: string; readonly texts: readonly string[] },
  signal?: AbortSignal,
): AsyncGenerator<LayerEvent, void, void> {
  const { trained, embeddings, layouts, axes } = space;
  const width = SENTENCE_WIDTH;
  const id = layerId(name, texts);
  const among = trainedPoints(embeddings, trained, width);
  const coordinates = Object.fromEntries(
    LAYOUT_IDS.map((layout) => [layout, new Float32Array(texts.length * dimensionsOf(layout))]),
  ) as Record<LayoutId, Float32Array>;
  const nearest: number[] = [], cosines: number[] = [];
  for (let first = 0; first < texts.length; first += PART) {
    yield { kind: "progress", done: first, total: texts.length };
    await turns.standAside();
    signal?.throwIfAborted();
    const part = texts.slice(first, first + PART);
    const added = { data: await embedder.embed(part), count: part.length, width };
    const near = await nearestNeighbours(added, { k: Math.min(NEAR, trained), among });
    const affinities = conditionalAffinities(near, { perplexity: near.k / 3 });
    for (const layout of LAYOUT_IDS) {
      const { method, dimensions } = LAYOUTS[layout];
      const places = method === "pca"
        ? Float32Array.from(pcaTransform(firstAxes(axes, dimensions), added))
        : weightedMeans(near, affinities, trainedPoints(layouts[layout], trained, dimensions));
      coordinates[layout].set(places, first * dimensions);
    }
    for (let i = 0; i < part.length; i++) {
      nearest.push(near.indices[i * near.k]!);
      cosines.push(1 - near.distances[i * near.k]! ** 2 / 2); // unit vectors
    }
  }
  const layer: LayerAnswer = {
    id,
    name,
    texts,
    nearest,
    cosines: encodeFloats(cosines),
    coordinates: Object.fromEntries(
      LAYOUT_IDS.map((layout) => [layout, encodeFloats(coordinates[layout])]),
    ) as Record<LayoutId, string>,
  };
  await layers.keep(layer);
  yield { kind: "layer", layer };
}
