/**
 * The loops of an optimiser's step over flat vectors of any length, in WebAssembly's vectors: JavaScript turns number after number from
 * float32 into float64 and back. Vectors are copied into the kernel's memory piece by piece, and those that change back, which costs less
 * than it saves while pieces stay in the processor's cache.
 */

/** What update.wat assembles to. */
export const UPDATE_MODULE =
  "AGFzbQEAAAABIQRgAn9/AGACf3wBfGALf398fHx8fHx8fHwAYAR/f3x8AAMFBAABAgMFAwEAAQcpBQZtZW1vcnkCAANhZGQAAAVzY2FsZQABBWFkYW13AAIGZm9sbG93AAMK" +
  "nAMELAEBfwNAIAIgAv1dAwAgAiABav1dAwD95AH9WwMAACACQQhqIgIgAEkNAAsLWAMBfwF7AXwDQCAC/V0DAP1fIAH9FP3yAf1eIQMgAiAD/VsDAAAgA/1fIQMgAyAD/fIB" +
  "IQMgBCAD/SEAoCEEIAQgA/0hAaAhBCACQQhqIgIgAEkNAAsgBAvSAQIDfwN7IAFBAmwhDCABQQNsIQ0DQCALIA1q/V0DAP1fIAL9FP3yASEOIAsgAWr9XQMA/V8gA/0U/fIB" +
  "IA4gBP0U/fIB/fABIQ8gCyAMav1dAwD9XyAF/RT98gEgDiAO/fIBIAb9FP3yAf3wASEQIAsgAWogD/1e/VsDAAAgCyAMaiAQ/V79WwMAACALIAv9XQMA/V8gB/0U/fIBIA8g" +
  "CP0U/fIBIBD97wEgCf0U/fIBIAr9FP3wAf3zAf3xAf1e/VsDAAAgC0EIaiILIABJDQALC0ABAX8DQCAEIAT9XQMA/V8gAv0U/fIBIAQgAWr9XQMA/V8gA/0U/fIB/fAB/V79" +
  "WwMAACAEQQhqIgQgAEkNAAsL";

/** Numbers that are copied at once. */
export const PIECE = 2 ** 13;

/** Bytes of a piece, and of WebAssembly's pages. */
const RUN = 4 * PIECE, PAGE = 2 ** 16;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  add(bytes: number, run: number): void;
  scale(bytes: number, share: number): number;
  adamw(bytes: number, run: number, ...numbers: number[]): void;
  follow(bytes: number, run: number, keep: number, share: number): void;
}

const kernel = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromBase64(UPDATE_MODULE)))
  .exports as unknown as Kernel;
const places = placesIn(kernel.memory, 4);

/** Memory of `count` pieces. */
function placesIn(memory: WebAssembly.Memory, count: number): readonly Float32Array[] {
  memory.grow(Math.ceil(count * RUN / PAGE) - 1);
  return Array.from({ length: count }, (_, i) => new Float32Array(memory.buffer, i * RUN, PIECE));
}

/** Copies a piece of a vector to one of the places. */
function lay(place: number, piece: Float32Array): void {
  const into = places[place] as Float32Array;
  into.set(piece);
  if (piece.length % 2 === 1) into[piece.length] = 0; // the kernel takes two at a time
}

/** @throws RangeError unless all have one length: the kernel would go on with what lies in its memory. */
function checkLengths(vectors: readonly Float32Array[]): void {
  const lengths = new Set(vectors.map(({ length }) => length));
  if (lengths.size > 1) {
    throw new RangeError(`An optimiser needs vectors of one length, got ${[...lengths].join(" and ")}`);
  }
}

/**
 * Lays each piece of some vectors of one length at the first places, calls `work` with its bytes and with what cuts the same piece out of
 * another vector, and copies the pieces of the first `changed` vectors back.
 */
function overPieces(
  vectors: readonly [Float32Array, ...Float32Array[]],
  changed: number,
  work: (bytes: number, cut: (vector: Float32Array) => Float32Array) => void,
): void {
  checkLengths(vectors);
  const [{ length }] = vectors;
  for (let at = 0; at < length; at += PIECE) {
    const numbers = Math.min(PIECE, length - at);
    const cut = (vector: Float32Array) => vector.subarray(at, at + numbers);
    vectors.forEach((vector, place) => lay(place, cut(vector)));
    work(4 * (numbers + numbers % 2), cut);
    vectors.slice(0, changed).forEach((vector, place) =>
      vector.set((places[place] as Float32Array).subarray(0, numbers), at)
    );
  }
}

/**
 * Makes the first of some gradients [N] their mean, in place.
 *
 * @returns the sum of its squares.
 * @throws RangeError unless all have one length.
 */
export function meanGradient([first, ...others]: readonly [Float32Array, ...Float32Array[]]): number {
  checkLengths([first, ...others]);
  const share = 1 / (1 + others.length);
  let squares = 0;
  overPieces([first], 1, (bytes, cut) => {
    for (const other of others) {
      lay(1, cut(other));
      kernel.add(bytes, RUN);
    }
    squares += kernel.scale(bytes, share);
  });
  return squares;
}

/** AdamW's update of θ, m and v by a gradient, each [N], with the factors of its formulas (see adamw.ts). */
export function updateByAdamw(
  { params, m, v, gradient }: Record<"params" | "m" | "v" | "gradient", Float32Array>,
  by: {
    /** Of the gradient. */
    readonly factor: number;
    /** β₁, β₂ */
    readonly betas: readonly [number, number];
    /** 1 − η λ */
    readonly kept: number;
    /** η/(1 − β₁ᵗ) */
    readonly size: number;
    /** 1/√(1 − β₂ᵗ) */
    readonly scale: number;
    /** ε */
    readonly eps: number;
  },
): void {
  const { factor, betas: [first, second], kept, size, scale, eps } = by;
  const numbers = [factor, first, 1 - first, second, 1 - second, kept, size, scale, eps];
  overPieces([params, m, v, gradient], 3, (bytes) => kernel.adamw(bytes, RUN, ...numbers));
}

/** average ← keep · average + (1 − keep) · x, both [N]. */
export function follow(average: Float32Array, x: Float32Array, keep: number): void {
  overPieces([average, x], 1, (bytes) => kernel.follow(bytes, RUN, keep, 1 - keep));
}
