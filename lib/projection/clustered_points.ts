import { fold, key, normal } from "../engine/mod.ts";
import type { Points } from "./points.ts";

/**
 * Points of the unit sphere around `clusters` random directions, in turn, with their labels: a cloud to try layouts on. The same seed gives
 * the same bits.
 *
 * @param options.spread length of the noise on a direction; default 1, as long as the direction.
 */
export function clusteredPoints(
  options: {
    readonly count: number;
    readonly width: number;
    readonly clusters: number;
    readonly seed: number;
    readonly spread?: number;
  },
): { points: Points; labels: Uint32Array } {
  const { count, width, clusters, seed, spread = 1 } = options;
  const from = fold(key(seed), "clustered points");
  const std = 1 / Math.sqrt(width);
  const centres = normal(fold(from, "centres"), clusters * width, { std });
  const data = normal(fold(from, "noise"), count * width, { std: spread * std });
  const labels = Uint32Array.from({ length: count }, (_, i) => i % clusters);
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    const centre = (labels[i] as number) * width;
    row.forEach((noise, d) => row[d] = noise + (centres[centre + d] as number));
    const length = Math.hypot(...row);
    row.forEach((value, d) => row[d] = value / length);
  }
  return { points: { data, count, width }, labels };
}
