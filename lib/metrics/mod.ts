/** Scores of single samples, retrieval, and summary statistics with intervals. */
export { clipI, clipS, clipScore, cosine, type Embedding, type StylePair } from "./clip_scores.ts";
export {
  CLIP_I,
  CLIP_P,
  CLIP_S,
  CLIP_T,
  type EmbeddingScore,
  embeddingScores,
  type ScoredEmbeddings,
} from "./table_scores.ts";
export { ranksFirst, topOneHits } from "./retrieval.ts";
export {
  bootstrapCells,
  bootstrapInterval,
  type CellKey,
  type CellResamples,
  type Interval,
  type Observation,
} from "./bootstrap.ts";
export { levelsBetween } from "./levels_between.ts";
export { quantile } from "./quantile.ts";
export { studentQuantile } from "./student.ts";
