import type { Points } from "./points.ts";

/** How a layout was made. */
export type ProjectionMethod = "tsne" | "umap" | "pca";

/** A low-dimensional layout of points. */
export interface Projection {
  /** What was asked for. */
  readonly method: ProjectionMethod;
  /** What computed it. */
  readonly engine: "barnes-hut" | "tsne-js" | "umap-js" | "principal-axes";
  /** Number of points. */
  readonly count: number;
  /** Coordinates of each. */
  readonly dimensions: number;
  /** Seed of its random numbers: the same gives the same bits; null where the engine takes none. PCA takes no random number. */
  readonly seed: number | null;
  /** Row-major [count dimensions]; units mean nothing but for "pca", which keeps those of the points. */
  readonly coordinates: Float32Array;
  /** How good the method itself finds it. */
  readonly quality: {
    /** t-SNE: KL(P‖Q), at least 0, lower is better; comparable between layouts of the same points and perplexity only. */
    readonly kl?: number;
    /** PCA: share of the variance that is kept, in [0, 1], higher is better. */
    readonly explained?: number;
  };
}

/** A layout as points, for the quality scores. */
export function layoutOf({ coordinates, count, dimensions }: Projection): Points {
  return { data: coordinates, count, width: dimensions };
}
