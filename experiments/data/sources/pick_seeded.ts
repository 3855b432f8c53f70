/** A seeded subset of a list that need not fit into memory: what is chosen depends on the names and the seed, not on the order or the rest. */
import { fold, type Key, key } from "../../../lib/engine/mod.ts";

/** An item with its place in the seeded order. */
interface Ranked<T> {
  readonly item: T;
  readonly words: Key["words"];
}

function byRank<T>({ words: [a, b] }: Ranked<T>, { words: [c, d] }: Ranked<T>): number {
  return (a >>> 0) - (c >>> 0) || (b >>> 0) - (d >>> 0);
}

/**
 * The first `most` items in a seeded order, or all where there are fewer.
 *
 * @param options.name what tells an item from the others; of two with one name the first counts.
 */
export async function pickSeeded<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { seed, most, name }: { seed: number; most: number; name: (item: T) => string },
): Promise<T[]> {
  const parent = fold(key(seed), "pairs");
  let kept: Ranked<T>[] = [];
  const trim = () => {
    kept.sort(byRank);
    const known = new Set<string>();
    kept = kept.filter(({ item }) => !known.has(name(item)) && known.add(name(item))).slice(0, most);
  };
  for await (const item of items) {
    kept.push({ item, words: fold(parent, name(item)).words });
    if (kept.length >= 2 * most + 1000) trim();
  }
  trim();
  return kept.map(({ item }) => item);
}
