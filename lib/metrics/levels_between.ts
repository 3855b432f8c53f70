/** Root mean square difference of two pictures' bytes, in levels of 255. */
export function levelsBetween(one: Uint8Array, other: Uint8Array): number {
  return Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0) / one.length);
}
