/** The value that the share `p` in [0, 1] of rising numbers lies below, linear between neighbours (R's type 7, numpy's default); NaN of none. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const place = p * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}
