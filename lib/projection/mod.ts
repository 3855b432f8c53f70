/** Low-dimensional layouts of embeddings, and how far to trust them. */
export {
  type Affinities,
  conditionalAffinities,
  jointAffinities,
  neighboursFor,
  sparseDivergence,
} from "./affinities.ts";
export {
  continuity,
  neighbourPurity,
  silhouette,
  silhouetteSamples,
  trustworthiness,
} from "./layout_quality.ts";
export { labelPurity } from "./label_purity.ts";
export { neighbourPreservation } from "./neighbour_preservation.ts";
export { type Metric, nearestNeighbours, type NeighbourOptions, type Neighbours } from "./neighbours.ts";
export { type Pca, pca, pcaTransform } from "./pca.ts";
export { placeByNeighbours, type PlacementOptions, type ReferenceMap } from "./placement.ts";
export { type Points, pointsOf } from "./points.ts";
export { placeOn, project, PROJECTION_METHODS, type ProjectOptions } from "./project.ts";
export type { Projection, ProjectionMethod } from "./projection.ts";
export { type RankQuality, rankQuality } from "./rank_quality.ts";
export { tsne, type TsneOptions } from "./tsne.ts";
export { jointProbabilities, klDivergence, klGradient } from "./tsne_exact.ts";
export type { TsneJsOptions } from "./tsne_js.ts";
export type { TsneProgress } from "./tsne_optimise.ts";
export { transformTsne, type TsneTransformOptions } from "./tsne_transform.ts";
export { umap, type UmapOptions } from "./umap.ts";
