/**
 * The instruction space: embeddings, six layouts and their scores. The layouts are of the training instructions, as in Fig. 4; held-out and
 * fixed ones are placed on them afterwards, by the rule that places what a user types. Computed once and kept on disk.
 */
import { dirname, join } from "node:path";
import type { SentenceEmbedder } from "../../clip/mod.ts";
import { SENTENCE_WIDTH } from "../../clip/mod.ts";
import { readSafetensors, type SafetensorsFile, writeSafetensors } from "../../engine/mod.ts";
import { checkWritable, readChecked, sha256, writeChecked } from "../../hub/mod.ts";
import {
  nearestNeighbours,
  type Pca,
  pca,
  pcaTransform,
  placeByNeighbours,
  type Points,
  project,
  transformTsne,
} from "../../projection/mod.ts";
import {
  dimensionsOf,
  LAYOUT_IDS,
  type LayoutId,
  type LayoutQuality,
  LAYOUTS,
  type SpacePoint,
} from "../api.ts";
import { embeddingFacts } from "./embedding_facts.ts";
import {
  firstAxes,
  type InstructionSpace,
  spaceFile,
  spaceFrom,
  trainedPoints,
} from "./instruction_space.ts";
import { MAP_TASKS, spacePoints, type SpaceSizes } from "./space_points.ts";

/** Raise when the same instructions would be embedded or laid out differently. */
const SPACE_VERSION = 1;
/** Neighbours of the scores. */
const SCORED = 10;
const SEED = 1;

/** How a space is made. */
export interface SpaceOptions extends SpaceSizes {
  /** Folder of derived files. */
  readonly cacheDir: string;
  /** Embeds the instructions where nothing is kept; asked for only then. */
  readonly embedder: () => Promise<SentenceEmbedder>;
  /** Called with what is being computed, and how much of it is done. */
  readonly onProgress?: (stage: string, share: number) => void;
}

async function computeLayout(
  id: LayoutId,
  { train, others, axes }: { train: Points; others: Points; axes: Pca },
  onShare: (share: number) => void,
): Promise<Float32Array> {
  const { method, dimensions } = LAYOUTS[id];
  const whole = new Float32Array((train.count + others.count) * dimensions);
  if (method === "pca") {
    const kept = firstAxes(axes, dimensions);
    whole.set(pcaTransform(kept, train));
    whole.set(pcaTransform(kept, others), train.count * dimensions);
    return whole;
  }
  const { coordinates } = method === "tsne"
    ? await project(train, {
      method: "tsne",
      perplexity: 30,
      seed: SEED,
      dimensions,
      onProgress: ({ iteration }) => onShare(iteration / 1000),
    })
    : await project(train, {
      method: "umap",
      seed: SEED,
      dimensions,
      onProgress: ({ epoch, epochs }) => onShare(epoch / epochs),
    });
  whole.set(coordinates);
  const map = { points: train, layout: { data: coordinates, count: train.count, width: dimensions } };
  const placed = method === "tsne" ? await transformTsne(map, others) : await placeByNeighbours(map, others);
  whole.set(placed, train.count * dimensions);
  return whole;
}

async function computeSpace(
  points: readonly SpacePoint[],
  trained: number,
  { embedder, onProgress = () => {} }: SpaceOptions,
): Promise<SafetensorsFile> {
  const width = SENTENCE_WIDTH;
  onProgress("reading the instructions", 0);
  const embeddings = await (await embedder()).embed(points.map(({ text }) => text));
  const train = trainedPoints(embeddings, trained, width);
  const others = { data: embeddings.subarray(trained * width), count: points.length - trained, width };
  const axes = await pca(train, { dimensions: 3 });
  const layouts = {} as Record<LayoutId, Float32Array>;
  const shown: Uint32Array[] = [];
  for (const id of LAYOUT_IDS) {
    const stage = `laying out ${LAYOUTS[id].method} in ${dimensionsOf(id)}-D`;
    onProgress(stage, 0);
    const layout = await computeLayout(id, { train, others, axes }, (share) => onProgress(stage, share));
    layouts[id] = layout;
    shown.push(
      (await nearestNeighbours(trainedPoints(layout, trained, dimensionsOf(id)), { k: SCORED })).indices,
    );
  }
  const tasks = points.map(({ task }) => task);
  const { quality, ...facts } = await embeddingFacts(
    { embeddings, width, trained, tasks, shown, k: SCORED },
    (done, total) => onProgress("scoring the layouts", done / total),
  );
  const scores = Object.fromEntries(LAYOUT_IDS.map((id, i) => [id, quality[i]!])) as Record<
    LayoutId,
    LayoutQuality
  >;
  return spaceFile({ trained, embeddings, layouts, axes, quality: scores, ...facts });
}

/** Opens the space: from disk where it is kept and sound, else it is computed (one to two minutes on two cores) and kept. */
export async function openSpace(options: SpaceOptions): Promise<InstructionSpace> {
  const points = spacePoints(options);
  const trained = points.filter(({ split }) => split === "train").length;
  const key = sha256(JSON.stringify([SPACE_VERSION, points])).slice(0, 16);
  const path = join(options.cacheDir, "explorer", `space-${key}.bin`);
  let { state, content } = await readChecked(path);
  if (state !== "sound") {
    await checkWritable(dirname(path));
    const { tensors, metadata } = await computeSpace(points, trained, options);
    content = writeSafetensors(tensors, metadata);
    await writeChecked(path, content);
  }
  return spaceFrom(readSafetensors(content, { what: path }), { tasks: MAP_TASKS, points });
}
