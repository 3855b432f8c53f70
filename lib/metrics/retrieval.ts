import { cosine, type Embedding } from "./clip_scores.ts";

/**
 * For each query, whether its best match among all candidates is the candidate of the same index.
 * Ties count against the query, so a constant encoder finds nothing.
 *
 * @param queries one embedding [dim] per item, e.g. of images
 * @param candidates one embedding [dim] per item in the same order, e.g. of their captions
 * @throws RangeError when there are not equally many of both, or none.
 */
export function topOneHits(queries: readonly Embedding[], candidates: readonly Embedding[]): boolean[] {
  if (queries.length !== candidates.length || queries.length === 0) {
    throw new RangeError(
      `Retrieval needs one candidate per query: expected ${queries.length} (at least 1), got ${candidates.length}`,
    );
  }
  return queries.map((query, own) => {
    const mine = cosine(query, candidates[own] as Embedding);
    return candidates.every((candidate, other) => other === own || cosine(query, candidate) < mine);
  });
}

/**
 * Whether a picture's own name lies nearest to it, by cosine; a tie with another name is no.
 *
 * @param picture vector of the picture [dim]
 * @param names vectors of all names [dim] each
 * @param own place of its own name
 */
export function ranksFirst(picture: Embedding, names: readonly Embedding[], own: number): boolean {
  const likeness = names.map((name) => cosine(picture, name));
  return likeness.every((other, place) => place === own || other < (likeness[own] as number));
}
