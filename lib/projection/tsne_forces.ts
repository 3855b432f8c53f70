/**
 * The two halves of t-SNE's gradient (van der Maaten 2014, Sec. 4), for a range of points or leaves, so that threads can share the work:
 *
 *     ∂KL/∂y_i = 4 (Σ_j p_ij k_ij (y_i − y_j) − Σ_j k_ij² (y_i − y_j) / Z),   k_ij = (1 + |y_i − y_j|²)⁻¹,   Z = Σ_{i≠j} k_ij
 *
 * The first sum runs over P's entries; the second, and Z, over the tree's nodes: one whose box, of width w, is farther than w/θ from a leaf
 * counts as its points' mean. Departure from the publication: the nodes are chosen once for all points of a leaf, by the least distance of
 * the leaf's box, so no point sees a coarser node than it would alone.
 */
import type { ActorList, RepulsionKernel } from "./repulsion_kernel.ts";
import type { Axes, SpaceTree } from "./space_tree.ts";

/** P with its values in float32, and where the results go. */
export interface AttractionArrays {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
  readonly positions: Axes;
  /** Σ_j p_ij k_ij (y_i − y_j) by axis [count]. */
  readonly attraction: Axes;
  /** Σ_j p_ij log(1 + |y_i − y_j|²) [count], where it is asked for. */
  readonly divergence: Float64Array;
}

/** Attraction of the points [first, last). */
export function attract(
  arrays: AttractionArrays,
  first: number,
  last: number,
  options: { readonly dimensions: number; readonly divergence: boolean },
): void {
  const { rows, columns, values, attraction, divergence } = arrays;
  const [x, y, z] = arrays.positions;
  const [ax, ay, az] = attraction;
  const flat = options.dimensions === 2;
  for (let i = first; i < last; i++) {
    const xi = x[i] as number, yi = y[i] as number, zi = z[i] as number;
    let sx = 0, sy = 0, sz = 0;
    const begin = rows[i] as number, end = rows[i + 1] as number;
    if (flat) {
      for (let at = begin; at < end; at++) {
        const j = columns[at] as number;
        const dx = xi - (x[j] as number), dy = yi - (y[j] as number);
        const pull = (values[at] as number) / (1 + dx * dx + dy * dy);
        sx += pull * dx;
        sy += pull * dy;
      }
    } else {
      for (let at = begin; at < end; at++) {
        const j = columns[at] as number;
        const dx = xi - (x[j] as number), dy = yi - (y[j] as number), dz = zi - (z[j] as number);
        const pull = (values[at] as number) / (1 + dx * dx + dy * dy + dz * dz);
        sx += pull * dx;
        sy += pull * dy;
        sz += pull * dz;
      }
    }
    ax[i] = sx;
    ay[i] = sy;
    az[i] = sz;
    if (options.divergence) {
      let sum = 0;
      for (let at = begin; at < end; at++) {
        const j = columns[at] as number;
        const dx = xi - (x[j] as number), dy = yi - (y[j] as number), dz = zi - (z[j] as number);
        sum += (values[at] as number) * Math.log(1 + dx * dx + dy * dy + dz * dz);
      }
      divergence[i] = sum;
    }
  }
}

/** Bounds of a box: lowest and highest x, y, z. */
export type Box = readonly [number, number, number, number, number, number];

/** Fills the list with what acts on the points of a box [low high of each axis], points within included; returns its length. */
export function gather(tree: SpaceTree, box: Box, theta: number, list: ActorList): number {
  const { from, to, skip, isLeaf, width2, sizes } = tree;
  const [cx, cy, cz] = tree.centre, [sx, sy, sz] = tree.sorted;
  const { x, y, z, mass } = list;
  const [x0, x1, y0, y1, z0, z1] = box;
  const theta2 = theta * theta, nodes = sizes[0] as number;
  let length = 0;
  for (let node = 0; node < nodes;) {
    const px = cx[node] as number, py = cy[node] as number, pz = cz[node] as number;
    const dx = px < x0 ? x0 - px : px > x1 ? px - x1 : 0;
    const dy = py < y0 ? y0 - py : py > y1 ? py - y1 : 0;
    const dz = pz < z0 ? z0 - pz : pz > z1 ? pz - z1 : 0;
    if ((width2[node] as number) < theta2 * (dx * dx + dy * dy + dz * dz)) {
      x[length] = px;
      y[length] = py;
      z[length] = pz;
      mass[length++] = (to[node] as number) - (from[node] as number);
      node = skip[node] as number;
    } else if (isLeaf[node] === 1) {
      const end = to[node] as number;
      for (let s = from[node] as number; s < end; s++) {
        x[length] = sx[s] as number;
        y[length] = sy[s] as number;
        z[length] = sz[s] as number;
        mass[length++] = 1;
      }
      node++;
    } else node++;
  }
  return length;
}

function boxOf({ low, high }: SpaceTree, node: number): Box {
  return [
    low[0][node],
    high[0][node],
    low[1][node],
    high[1][node],
    low[2][node],
    high[2][node],
  ] as number[] as unknown as Box;
}

/** Σ_j k_ij² (y_i − y_j) by axis and Σ_j k_ij, both [count]; the latter with k_ii = 1. */
export interface RepulsionArrays {
  readonly repulsion: Axes;
  readonly kernelSums: Float64Array;
}

/** Repulsion of the points of the leaves [first, last). */
export function repel(
  tree: SpaceTree,
  first: number,
  last: number,
  arrays: RepulsionArrays,
  options: { readonly theta: number; readonly kernel: RepulsionKernel },
): void {
  const { theta, kernel } = options;
  const { order, sorted, leaves, from, to } = tree;
  const [rx, ry, rz] = arrays.repulsion;
  const [sx, sy, sz] = sorted;
  const { sums } = kernel;
  for (let at = first; at < last; at++) {
    const leaf = leaves[at] as number;
    const length = gather(tree, boxOf(tree, leaf), theta, kernel.list);
    const end = to[leaf] as number;
    for (let s = from[leaf] as number; s < end; s++) {
      kernel.repel(sx[s] as number, sy[s] as number, sz[s] as number, length);
      const i = order[s] as number;
      rx[i] = sums[0] as number;
      ry[i] = sums[1] as number;
      rz[i] = sums[2] as number;
      arrays.kernelSums[i] = sums[3] as number;
    }
  }
}
