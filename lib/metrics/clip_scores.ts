/**
 * The four scores of Table 1 (paper, Sec. 4.1), for one sample each. Every vector is an embedding of the same encoder, image
 * and text in one space; lengths do not matter, each vector is brought to unit length first.
 *
 * | score  | definition here                                                        | range     |
 * | ------ | ---------------------------------------------------------------------- | --------- |
 * | CLIP-I | cos(generated, condition)                                              | [-1, 1]   |
 * | CLIP-T | w · max(0, cos(generated, caption of the condition))                   | [0, w]    |
 * | CLIP-P | w · max(0, cos(generated, user prompt))                                | [0, w]    |
 * | CLIP-S | w · cos(generated − its prompt, condition − its prompt), unit vectors  | [-w, w]   |
 *
 * w = 2.5 as in CLIPScore (Hessel et al. 2021). The paper states no factor; 2.5 for the text scores and for CLIP-S, and none for
 * CLIP-I, is the only reading under which all of its printed numbers are possible. Higher is better for all four. A copy of the
 * condition under the condition's own prompt scores w on CLIP-S: read it beside CLIP-P, never alone.
 */

/** CLIPScore's factor w. */
const CLIP_SCORE_FACTOR = 2.5;

/** One embedding: numbers in any array. */
export type Embedding = ArrayLike<number>;

function sameWidth(a: Embedding, b: Embedding, action: string): void {
  if (a.length !== b.length || a.length === 0) {
    throw new RangeError(
      `${action} needs two embeddings of one width: expected [${a.length}], got [${b.length}]`,
    );
  }
}

function lengthOf(a: Embedding): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (a[i] as number);
  return Math.sqrt(sum);
}

/**
 * Cosine of the angle between two embeddings; 0 where either has no length.
 *
 * @throws RangeError when the widths differ.
 */
export function cosine(a: Embedding, b: Embedding): number {
  sameWidth(a, b, "cosine()");
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += (a[i] as number) * (b[i] as number);
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths === 0 ? 0 : Math.min(1, Math.max(-1, dot / lengths));
}

/** a/|a| − b/|b|. */
function unitDifference(a: Embedding, b: Embedding): Float64Array {
  sameWidth(a, b, "clipS()");
  const [la, lb] = [lengthOf(a) || 1, lengthOf(b) || 1];
  return Float64Array.from({ length: a.length }, (_, i) => (a[i] as number) / la - (b[i] as number) / lb);
}

/** CLIP-I: how much of the condition image arrives in the generated image. */
export function clipI(generated: Embedding, condition: Embedding): number {
  return cosine(generated, condition);
}

/** CLIPScore between an image and a text: CLIP-P with the user prompt, CLIP-T with the condition's caption. */
export function clipScore(image: Embedding, text: Embedding, factor: number = CLIP_SCORE_FACTOR): number {
  return factor * Math.max(0, cosine(image, text));
}

/** The four embeddings CLIP-S compares. */
export interface StylePair {
  /** The generated image. */
  readonly generated: Embedding;
  /** The prompt it was generated for. */
  readonly generatedPrompt: Embedding;
  /** The condition image. */
  readonly condition: Embedding;
  /** The condition's own caption. */
  readonly conditionPrompt: Embedding;
}

/** CLIP-S: likeness of what image and text do *not* share, in the generated image and in the condition. */
export function clipS(pair: StylePair, factor: number = CLIP_SCORE_FACTOR): number {
  const generated = unitDifference(pair.generated, pair.generatedPrompt);
  const condition = unitDifference(pair.condition, pair.conditionPrompt);
  return factor * cosine(generated, condition);
}
