/** Low-dimensional layouts of embeddings, and how far to trust them. */
export {
  continuity,
  neighbourPurity,
  silhouette,
  silhouetteSamples,
  trustworthiness,
} from "./layout_quality.ts";
export { neighbourOrder, type Points, pointsOf, squaredDistances } from "./points.ts";
export { type PrincipalComponents, principalComponents } from "./principal_components.ts";
export { jointProbabilities, klDivergence, klGradient } from "./tsne_exact.ts";
