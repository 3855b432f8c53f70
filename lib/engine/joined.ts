/** Arrays behind each other. */

function fill(all: Uint8Array | Float32Array, parts: readonly ArrayLike<number>[]): void {
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
}

const lengthOf = (parts: readonly ArrayLike<number>[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/** Bytes behind each other. */
export function joinedBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(lengthOf(parts));
  fill(all, parts);
  return all;
}

/** Rows [rows width] of numbers behind each other, flat. */
export function joinedRows(rows: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(lengthOf(rows));
  fill(all, rows);
  return all;
}

/** The same with each row `times` times after itself. */
export function repeatedRows(rows: readonly Float32Array[], times: number): Float32Array<ArrayBuffer> {
  return joinedRows(rows.flatMap((row) => new Array<Float32Array>(times).fill(row)));
}
