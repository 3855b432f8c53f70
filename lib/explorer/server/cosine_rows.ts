/** Cosines of unit rows with all reference rows, a row at a time. */
import { compile, type CompileOptions, host, leaf, type Tensor, tf } from "../../engine/mod.ts";

/** Rows of one product. */
const BLOCK = 256;
/** Rows below which compiling a product costs more than it saves. */
const FEW = 24;

/** Inner product of row i of a and row j of b. */
function dotRows(
  [a, i]: readonly [Float32Array, number],
  [b, j]: readonly [Float32Array, number],
  width: number,
): number {
  let at = i * width, other = j * width, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const end = at + width - width % 4;
  for (; at < end; at += 4, other += 4) { // four sums: an addition need not wait for the one before
    s0 += a[at]! * b[other]!;
    s1 += a[at + 1]! * b[other + 1]!;
    s2 += a[at + 2]! * b[other + 2]!;
    s3 += a[at + 3]! * b[other + 3]!;
  }
  for (; at < (i + 1) * width; at++, other++) s0 += a[at]! * b[other]!;
  return s0 + s1 + s2 + s3;
}

/**
 * Yields for every row of `rows` [count width] its inner products with every row of `reference` [references width]; float32 [references],
 * valid until the next is asked for.
 */
export async function* cosineRows(
  rows: Float32Array,
  reference: Float32Array,
  options: { readonly width: number; readonly compile?: CompileOptions },
): AsyncGenerator<Float32Array, void, void> {
  const { width } = options;
  const count = rows.length / width, references = reference.length / width;
  if (count < FEW) {
    const cosines = new Float32Array(references);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < references; j++) cosines[j] = dotRows([rows, i], [reference, j], width);
      yield cosines;
    }
    return;
  }
  const program = await compile(
    (_frozen, _state, { x, y }) => ({
      outputs: { cosines: tf.matMul(x as Tensor, y as Tensor, false, true) },
    }),
    { inputs: { x: { shape: [BLOCK, width] }, y: { shape: [references, width] } } },
    options.compile,
  );
  try {
    const y = host(reference, [references, width]);
    const x = new Float32Array(BLOCK * width);
    for (let start = 0; start < count; start += BLOCK) {
      const block = rows.subarray(start * width, Math.min(count, start + BLOCK) * width);
      x.fill(0).set(block);
      const cosines = leaf(await program.run({ x: host(x, [BLOCK, width]), y }), "cosines")
        .data as Float32Array;
      for (let r = 0; r < block.length / width; r++) {
        yield cosines.subarray(r * references, (r + 1) * references);
      }
    }
  } finally {
    await program.dispose();
  }
}

/** The `count` largest of a row, largest first; equal ones by rising index; `except` is left out. */
export function largest(row: Float32Array, count: number, except = -1): { index: number; cosine: number }[] {
  const found: { index: number; cosine: number }[] = [];
  for (let j = 0; j < row.length; j++) {
    const cosine = row[j]!;
    if (j === except || (found.length === count && cosine <= found[count - 1]!.cosine)) continue;
    let at = found.length;
    while (at > 0 && found[at - 1]!.cosine < cosine) at--;
    found.splice(at, 0, { index: j, cosine });
    if (found.length > count) found.pop();
  }
  return found;
}
