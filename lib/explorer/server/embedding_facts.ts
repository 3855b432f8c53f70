/**
 * What one pass over all cosines finds: each point's nearest training instruction and margin, and how far each layout can be trusted.
 * Trustworthiness (Venna and Kaski 2001) as lib/projection defines it, with all layouts judged at once: an intruder's rank is one more than
 * the number of points that are nearer, so that nothing is sorted.
 */
import type { LayoutQuality } from "../api.ts";
import { cosineRows } from "./cosine_rows.ts";

/** What the pass takes. */
export interface FactsInput {
  /** Unit vectors [points width]; the first `trained` are the training instructions. */
  readonly embeddings: Float32Array;
  /** Numbers in a vector. */
  readonly width: number;
  /** Number of training instructions. */
  readonly trained: number;
  /** Task of each point. */
  readonly tasks: readonly string[];
  /** Neighbours on each layout among the training instructions, [trained k] indices. */
  readonly shown: readonly Uint32Array[];
  /** Neighbours that count. */
  readonly k: number;
}

/** What the pass finds. */
export interface EmbeddingFacts {
  /** [points] cosine to the nearest other training instruction. */
  readonly nearest: Float32Array;
  /** [points] that of the own task less that of the other tasks. */
  readonly margin: Float32Array;
  /** Share of the k nearest among the embeddings that are of the same task, averaged over training. */
  readonly purity: number;
  /** Scores of each layout. */
  readonly quality: readonly LayoutQuality[];
}

/** Runs the pass; `onRow` hears of every 256th point. */
export async function embeddingFacts(
  { embeddings, width, trained, tasks, shown, k }: FactsInput,
  onRow: (done: number, total: number) => void = () => {},
): Promise<EmbeddingFacts> {
  const count = embeddings.length / width;
  const nearest = new Float32Array(count), margin = new Float32Array(count);
  const penalty = shown.map(() => 0), kept = shown.map(() => 0), same = shown.map(() => 0);
  let pure = 0, i = 0;
  for await (const row of cosineRows(embeddings, embeddings.subarray(0, trained * width), { width })) {
    const self = i < trained ? i : -1;
    if (self >= 0) row[self] = -Infinity;
    let own = -1, other = -1;
    for (let j = 0; j < trained; j++) {
      const cosine = row[j]!;
      if (tasks[j] === tasks[i]) own = Math.max(own, cosine);
      else other = Math.max(other, cosine);
    }
    nearest[i] = Math.max(own, other);
    margin[i] = own - other;
    if (self >= 0) {
      const ranked = shown.flatMap((neighbours) => [...neighbours.subarray(i * k, (i + 1) * k)]);
      const levels = Float32Array.from(ranked, (j) => row[j]!);
      const ranks = new Uint32Array(ranked.length).fill(1);
      const best: number[] = [];
      for (let j = 0; j < trained; j++) {
        const cosine = row[j]!;
        for (let n = 0; n < levels.length; n++) if (cosine > levels[n]!) ranks[n] = ranks[n]! + 1;
        if (best.length < k || cosine > row[best[k - 1]!]!) {
          let at = best.length;
          while (at > 0 && row[best[at - 1]!]! < cosine) at--;
          best.splice(at, 0, j);
          if (best.length > k) best.pop();
        }
      }
      pure += best.filter((j) => tasks[j] === tasks[i]).length / k;
      ranked.forEach((j, n) => {
        const layout = Math.floor(n / k), rank = ranks[n]!;
        penalty[layout] = penalty[layout]! + Math.max(0, rank - k);
        kept[layout] = kept[layout]! + (rank <= k ? 1 : 0);
        same[layout] = same[layout]! + (tasks[j] === tasks[i] ? 1 : 0);
      });
    }
    if (++i % 256 === 0) onRow(i, count);
  }
  return {
    nearest,
    margin,
    purity: pure / trained,
    quality: shown.map((_, layout) => ({
      trustworthiness: 1 - penalty[layout]! * 2 / (trained * k * (2 * trained - 3 * k - 1)),
      preservation: kept[layout]! / (trained * k),
      purity: same[layout]! / (trained * k),
    })),
  };
}
