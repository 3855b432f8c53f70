import { cosine, type Embedding } from "./clip_scores.ts";

/**
 * Share of the queries whose best match among all candidates is the candidate of the same index, in [0, 1], higher is better.
 * Ties count against the query, so a constant encoder scores 0, not 1.
 *
 * @param queries one embedding [dim] per item, e.g. of images
 * @param candidates one embedding [dim] per item in the same order, e.g. of their captions
 * @throws RangeError when there are not equally many of both, or none.
 */
export function topOneAccuracy(queries: readonly Embedding[], candidates: readonly Embedding[]): number {
  if (queries.length !== candidates.length || queries.length === 0) {
    throw new RangeError(
      `topOneAccuracy() needs one candidate per query: expected ${queries.length} (at least 1), got ${candidates.length}`,
    );
  }
  let hits = 0;
  queries.forEach((query, own) => {
    const mine = cosine(query, candidates[own] as Embedding);
    if (candidates.every((candidate, other) => other === own || cosine(query, candidate) < mine)) hits++;
  });
  return hits / queries.length;
}
