/** Puts the k smallest of the first `count` scores in front (Hoare's quickselect); returns the k-th smallest. */
function partition(values: Float32Array, order: Uint32Array, count: number, k: number): number {
  let low = 0, high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let i = low, j = high;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i <= j) {
        const value = values[i] as number, index = order[i] as number;
        values[i] = values[j] as number;
        order[i] = order[j] as number;
        values[j] = value;
        order[j] = index;
        i++;
        j--;
      }
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else break;
  }
  return values[k - 1] as number;
}

/** Finds all scores up to `slack` above the k-th smallest: at least k indices, in no particular order. k is 1 to the number of scores. */
export type SelectSmallest = (
  scores: Float32Array,
  options: { readonly k: number; readonly slack: number },
) => Uint32Array;

/** A selection from `count` scores at a time; it keeps its scratch memory. */
export function smallestOf(count: number): SelectSmallest {
  const values = new Float32Array(count), order = new Uint32Array(count);
  return (scores, { k, slack }) => {
    let kept = 0, full = 2 * k, bound = Infinity;
    const drop = () => {
      bound = partition(values, order, kept, k) + slack;
      let place = 0;
      for (let i = 0; i < kept; i++) {
        if ((values[i] as number) <= bound) {
          values[place] = values[i] as number;
          order[place++] = order[i] as number;
        }
      }
      kept = place;
      full = Math.max(full, 2 * kept);
    };
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] as number;
      if (score > bound) continue;
      values[kept] = score;
      order[kept++] = i;
      if (kept === full) drop();
    }
    drop();
    return order.slice(0, kept);
  };
}
