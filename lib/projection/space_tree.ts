/**
 * A quadtree (octree) over points of the plane (of space) in flat arrays: points sorted along the Z-curve, nodes in depth-first order, each
 * with the index of the node behind its subtree, so that a walk needs no stack.
 */

/** Coordinates by axis; in the plane the third is all zeros. */
export type Axes = readonly [Float64Array, Float64Array, Float64Array];

/** The tree and its scratch memory; {@link growTree} fills it again and again. */
export interface SpaceTree {
  /** [nodes, leaves] filled. */
  readonly sizes: Int32Array;
  /** [count] point at each place of the Z-curve, and the coordinates in that order. */
  readonly order: Uint32Array;
  readonly sorted: Axes;
  /** Per node: the points [from, to) of `order`, and the node behind the subtree. A leaf's is the next node. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly skip: Int32Array;
  /** Per node: 1 for a leaf. */
  readonly isLeaf: Uint8Array;
  /** Per node: mean of its points, square of its bounding box's longest side. */
  readonly centre: Axes;
  readonly width2: Float64Array;
  /** Per node: bounding box of its points. */
  readonly low: Axes;
  readonly high: Axes;
  /** Nodes that are leaves, in order. */
  readonly leaves: Int32Array;
}

/** Points in a leaf, unless more fall into one of the finest cells. Found by measuring: fewer make more walks, more make longer lists. */
const LEAF = 20;
/** Bits of a place on the Z-curve, shared by the axes; a whole number that V8 keeps unboxed. */
const BITS = 30;
const RADIX = 1 << 10;

/** Memory of a tree over `count` points; `allocate` gives as many bytes or a few more, so that threads may share it. */
export function emptyTree(count: number, allocate: (bytes: number) => ArrayBufferLike): SpaceTree {
  const nodes = 2 * count + BITS;
  const axes = (length: number): Axes => {
    const axis = () => new Float64Array(allocate(8 * length), 0, length);
    return [axis(), axis(), axis()];
  };
  // Lengths are given: what is allocated may be rounded up to whole words, and order.length is the number of points.
  const whole = (length: number) => new Int32Array(allocate(4 * length), 0, length);
  return {
    sizes: whole(2),
    order: new Uint32Array(allocate(4 * count), 0, count),
    sorted: axes(count),
    from: whole(nodes),
    to: whole(nodes),
    skip: whole(nodes),
    isLeaf: new Uint8Array(allocate(nodes), 0, nodes),
    centre: axes(nodes),
    width2: new Float64Array(allocate(8 * nodes), 0, nodes),
    low: axes(nodes),
    high: axes(nodes),
    leaves: whole(count),
  };
}

/** Spreads the low 15 bits to every second place. */
function spread2(x: number): number {
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Spreads the low 10 bits to every third place. */
function spread3(x: number): number {
  x = (x | (x << 16)) & 0x030000ff;
  x = (x | (x << 8)) & 0x0300f00f;
  x = (x | (x << 4)) & 0x030c30c3;
  return (x | (x << 2)) & 0x09249249;
}

/** Places of points on the Z-curve of their bounding square (cube). */
function curvePlaces(axes: Axes, dimensions: number): Int32Array {
  const count = axes[0].length;
  const lows = [0, 0, 0];
  let side = 0;
  for (let d = 0; d < dimensions; d++) {
    let low = Infinity, high = -Infinity;
    const axis = axes[d] as Float64Array;
    for (let i = 0; i < count; i++) {
      const value = axis[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    lows[d] = low;
    side = Math.max(side, high - low);
  }
  const cells = dimensions === 2 ? 1 << 15 : 1 << 10;
  const scale = side > 0 ? cells / side * (1 - 1e-9) : 0;
  const [x, y, z] = axes;
  const [x0, y0, z0] = lows as [number, number, number];
  const places = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const a = ((x[i] as number) - x0) * scale | 0, b = ((y[i] as number) - y0) * scale | 0;
    places[i] = dimensions === 2
      ? spread2(a) | (spread2(b) << 1)
      : spread3(a) | (spread3(b) << 1) | (spread3(((z[i] as number) - z0) * scale | 0) << 2);
  }
  return places;
}

/** Sorts points by place into `order` (radix sort, stable); returns the places in that order. */
function sortByPlace(places: Int32Array, order: Uint32Array): Int32Array {
  const count = places.length;
  let from = new Uint32Array(count), to = new Uint32Array(count);
  for (let i = 0; i < count; i++) from[i] = i;
  const starts = new Uint32Array(RADIX + 1);
  for (let shift = 0; shift < BITS; shift += 10) {
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      const digit = ((places[i] as number) >>> shift) & (RADIX - 1);
      starts[digit + 1] = (starts[digit + 1] as number) + 1;
    }
    for (let d = 0; d < RADIX; d++) starts[d + 1] = (starts[d + 1] as number) + (starts[d] as number);
    for (let i = 0; i < count; i++) {
      const point = from[i] as number;
      const digit = ((places[point] as number) >>> shift) & (RADIX - 1);
      const place = starts[digit] as number;
      to[place] = point;
      starts[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  order.set(from);
  const sorted = new Int32Array(count);
  for (let i = 0; i < count; i++) sorted[i] = places[from[i] as number] as number;
  return sorted;
}

/** Fills the tree with points, each axis [count]; `dimensions` is 2 or 3. */
export function growTree(tree: SpaceTree, axes: Axes, dimensions: number): void {
  const { sizes, order, sorted, from, to, skip, isLeaf, centre, width2, low, high, leaves } = tree;
  const places = sortByPlace(curvePlaces(axes, dimensions), order);
  for (let d = 0; d < 3; d++) {
    const axis = axes[d] as Float64Array, target = sorted[d] as Float64Array;
    for (let i = 0; i < order.length; i++) target[i] = axis[order[i] as number] as number;
  }
  let nodes = 0, ends = 0;
  /** The node of the points [a, b), whose places agree above bit `shift` + dimensions. */
  const grow = (a: number, b: number, shift: number): number => {
    const node = nodes++;
    from[node] = a;
    to[node] = b;
    const first = places[a] as number, last = places[b - 1] as number;
    const small = b - a <= LEAF || first === last;
    isLeaf[node] = small ? 1 : 0;
    if (small) {
      leaves[ends++] = node;
      for (let d = 0; d < 3; d++) measureLeaf(sorted[d] as Float64Array, a, b, node, d);
    } else {
      while (first >>> shift === last >>> shift) shift -= dimensions; // all in one cell: no node of its own
      for (let d = 0; d < 3; d++) {
        (centre[d] as Float64Array)[node] = 0;
        (low[d] as Float64Array)[node] = Infinity;
        (high[d] as Float64Array)[node] = -Infinity;
      }
      for (let start = a; start < b;) {
        const cell = (places[start] as number) >>> shift;
        let end = start + 1;
        while (end < b && (places[end] as number) >>> shift === cell) end++;
        const child = grow(start, end, shift - dimensions);
        const share = (end - start) / (b - a);
        for (let d = 0; d < 3; d++) adopt(node, child, share, d);
        start = end;
      }
    }
    skip[node] = nodes;
    let side = 0;
    for (let d = 0; d < dimensions; d++) {
      side = Math.max(
        side,
        ((high[d] as Float64Array)[node] as number) - ((low[d] as Float64Array)[node] as number),
      );
    }
    width2[node] = side * side;
    return node;
  };
  const measureLeaf = (axis: Float64Array, a: number, b: number, node: number, d: number) => {
    let sum = 0, least = Infinity, most = -Infinity;
    for (let i = a; i < b; i++) {
      const value = axis[i] as number;
      sum += value;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    (centre[d] as Float64Array)[node] = sum / (b - a);
    (low[d] as Float64Array)[node] = least;
    (high[d] as Float64Array)[node] = most;
  };
  const adopt = (node: number, child: number, share: number, d: number) => {
    const c = centre[d] as Float64Array, l = low[d] as Float64Array, h = high[d] as Float64Array;
    c[node] = (c[node] as number) + share * (c[child] as number);
    l[node] = Math.min(l[node] as number, l[child] as number);
    h[node] = Math.max(h[node] as number, h[child] as number);
  };
  grow(0, order.length, BITS - dimensions);
  sizes[0] = nodes;
  sizes[1] = ends;
}
