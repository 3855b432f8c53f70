/** Whether a PNG's compressed rows are all there: a decoder that takes what is missing for zeros would give another picture. */

/** First column and row of the seven passes of an interlaced PNG, and the steps to the next ones. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const ONE_PASS = [[0, 0, 1, 1]] as const;

/** Some writers leave bytes behind the last row; more than these are no oversight. */
const MOST_BEHIND = 65536;

/** Bytes of all rows, a filter byte before each. */
function rowBytes(
  { width, height, interlaced, bits }: { width: number; height: number; interlaced: boolean; bits: number },
): number {
  let sum = 0;
  for (const [left, top, across, down] of interlaced ? PASSES : ONE_PASS) {
    const columns = Math.ceil((width - left) / across), rows = Math.ceil((height - top) / down);
    if (columns > 0 && rows > 0) sum += rows * (1 + Math.ceil(columns * bits / 8));
  }
  return sum;
}

/**
 * Checks the rows of a PNG against its size, without keeping them.
 *
 * @param compressed the contents of its IDAT chunks.
 * @param size `bits` of a pixel, all channels.
 * @throws RangeError when they are short, damaged, or far more than the picture's.
 */
export async function checkRows(
  compressed: readonly Uint8Array[],
  size: { width: number; height: number; interlaced: boolean; bits: number },
): Promise<void> {
  const expected = rowBytes(size);
  const stream = new Blob(compressed.map((part) => Uint8Array.from(part))).stream();
  const reader = stream.pipeThrough(new DecompressionStream("deflate")).getReader();
  let got = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      got += value.length;
      if (got > expected + MOST_BEHIND) break;
    }
  } catch {
    // Its checksum, or what follows it, is wrong; the rows may still be whole.
  }
  await reader.cancel().catch(() => {});
  if (got < expected || got > expected + MOST_BEHIND) {
    throw new RangeError(`checkRows() needs rows of ${expected} bytes, got ${got}`);
  }
}
