/** Everything the explorer knows of the known instructions, and the file that holds it. */
import { SENTENCE_WIDTH } from "../../clip/mod.ts";
import { host, type HostParams, leaf, type SafetensorsFile } from "../../engine/mod.ts";
import type { Pca, Points } from "../../projection/mod.ts";
import {
  dimensionsOf,
  LAYOUT_IDS,
  type LayoutId,
  type LayoutQuality,
  type MapTask,
  type SpacePoint,
} from "../api.ts";

/** Everything the explorer knows of the instructions. */
export interface InstructionSpace {
  /** The tasks in the order of Table 1. */
  readonly tasks: readonly MapTask[];
  /** Training first, then held out, then fixed. */
  readonly points: readonly SpacePoint[];
  /** Number of training instructions. */
  readonly trained: number;
  /** Unit vectors [points 512]. */
  readonly embeddings: Float32Array;
  /** [points dimensions] by layout. */
  readonly layouts: Readonly<Record<LayoutId, Float32Array>>;
  /** Scores by layout. */
  readonly quality: Readonly<Record<LayoutId, LayoutQuality>>;
  /** The three leading axes: the first two make "pca2". */
  readonly axes: Pca;
  /** [points] cosine to the nearest other training instruction. */
  readonly nearest: Float32Array;
  /** [points] that of the own task less that of the others. */
  readonly margin: Float32Array;
  /** Purity of the 10 nearest among the embeddings. */
  readonly purity: number;
}

/** The training instructions of an embedding or a layout, as points. */
export function trainedPoints(data: Float32Array, trained: number, width: number): Points {
  return { data: data.subarray(0, trained * width), count: trained, width };
}

/** The leading axes of a fit. */
export function firstAxes(fit: Pca, dimensions: number): Pca {
  return {
    ...fit,
    dimensions,
    axes: fit.axes.subarray(0, dimensions * fit.width),
    variances: fit.variances.subarray(0, dimensions),
    explained: fit.explained.subarray(0, dimensions),
  };
}

/** What a map says in words. */
export type SpaceWords = Pick<InstructionSpace, "tasks" | "points">;

/** A space as tensors and a header; its words are left out. */
export function spaceFile(space: Omit<InstructionSpace, keyof SpaceWords>): SafetensorsFile {
  const { embeddings, layouts, quality, axes, nearest, margin, purity } = space;
  const { mean, axes: directions, variances, explained } = axes;
  const count = nearest.length;
  const tensors: HostParams = { embeddings: host(embeddings, [count, SENTENCE_WIDTH]) };
  for (const id of LAYOUT_IDS) tensors[id] = host(layouts[id], [count, dimensionsOf(id)]);
  tensors.nearest = host(nearest, [count]);
  tensors.margin = host(margin, [count]);
  return {
    tensors,
    metadata: {
      quality: JSON.stringify(quality),
      purity: JSON.stringify(purity),
      axes: JSON.stringify([mean, directions, variances, explained].map((values) => Array.from(values))),
    },
  };
}

/** The space that {@link spaceFile} wrote, with its words. */
export function spaceFrom(
  { tensors, metadata }: SafetensorsFile,
  { tasks, points }: SpaceWords,
): InstructionSpace {
  const data = (name: string) => leaf(tensors, name).data as Float32Array;
  const [mean, axes, variances, explained] = (JSON.parse(metadata.axes!) as number[][])
    .map((values) => Float64Array.from(values)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  return {
    tasks,
    points,
    trained: points.filter(({ split }) => split === "train").length,
    embeddings: data("embeddings"),
    layouts: Object.fromEntries(LAYOUT_IDS.map((id) => [id, data(id)])) as Record<LayoutId, Float32Array>,
    quality: JSON.parse(metadata.quality!),
    axes: { width: SENTENCE_WIDTH, dimensions: 3, mean, axes, variances, explained },
    nearest: data("nearest"),
    margin: data("margin"),
    purity: JSON.parse(metadata.purity!),
  };
}
