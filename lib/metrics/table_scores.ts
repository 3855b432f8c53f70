/** The scores of Table 1 (Sec. 4.1) under their printed names, as tasks list them; all of one image, higher is better. */
import { clipI, clipS, clipScore, type Embedding } from "./clip_scores.ts";

/** What a score may look at, all by one encoder. */
export interface ScoredEmbeddings {
  /** The generated image. */
  readonly generated: Embedding;
  /** The condition image. */
  readonly condition: Embedding;
  /** The user's prompt. */
  readonly prompt: Embedding;
  /** The condition's caption. */
  readonly caption: Embedding;
}

/** A score that is computed from embeddings. */
export interface EmbeddingScore {
  /** As Table 1 prints it. */
  readonly name: string;
  /** Its formula with factor and range, in one sentence. */
  readonly definition: string;
  /** The score of one image. */
  readonly score: (embeddings: ScoredEmbeddings) => number;
}

/** The fields of a score, read by name alone: then its printed definition is no part of the code that scores. */
export const EMBEDDING_SCORE_FIELDS: Readonly<Record<keyof EmbeddingScore, true>> = {
  name: true,
  definition: true,
  score: true,
};

/** What of the condition arrives. */
export const CLIP_I: EmbeddingScore = {
  name: "CLIP-I",
  definition: "cosine of generated image and condition, in [-1, 1]",
  score: ({ generated, condition }) => clipI(generated, condition),
};

/** What the condition's caption says. */
export const CLIP_T: EmbeddingScore = {
  name: "CLIP-T",
  definition: "2.5 · max(0, cosine of generated image and the condition's caption)",
  score: ({ generated, caption }) => clipScore(generated, caption),
};

/** How far the prompt is followed. */
export const CLIP_P: EmbeddingScore = {
  name: "CLIP-P",
  definition: "2.5 · max(0, cosine of generated image and the user prompt)",
  score: ({ generated, prompt }) => clipScore(generated, prompt),
};

/** What image and text do not share, alike in the generated image and in the condition. */
export const CLIP_S: EmbeddingScore = {
  name: "CLIP-S",
  definition: "2.5 · cosine of (generated image − its prompt) and (condition − its prompt), unit vectors; " +
    "a copy of the condition scores highest, read it beside CLIP-P",
  score: ({ generated, condition, prompt, caption }) =>
    clipS({ generated, generatedPrompt: prompt, condition, conditionPrompt: caption }),
};

/** Scores of one image by name, each name with a suffix behind it. */
export function embeddingScores(
  scores: readonly EmbeddingScore[],
  embeddings: ScoredEmbeddings,
  suffix = "",
): Record<string, number> {
  return Object.fromEntries(scores.map(({ name, score }) => [`${name}${suffix}`, score(embeddings)]));
}
