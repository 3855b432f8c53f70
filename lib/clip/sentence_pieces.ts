/**
 * Splits text into the pieces of a SentencePiece unigram vocabulary: the split whose pieces' log-probabilities add up to most
 * (Viterbi; T. Kudo, "Subword Regularization", ACL 2018). Follows the tokenizer of `@tensorflow-models/universal-sentence-encoder`
 * 1.3.3 (Apache-2.0) to the last id, because the encoder was trained and published with it. That includes the score 0 of an unknown
 * character, which therefore wins over any piece that ends at the same place.
 */

/** Pieces with their log-probabilities, in the order of their ids. */
export type PieceVocabulary = readonly (readonly [piece: string, logProbability: number])[];

/** Turns text into piece ids. */
export interface PieceTokenizer {
  /** Ids of the best split; none for the empty text. A run of characters outside the vocabulary gives one 0. */
  encode(text: string): number[];
}

const UNKNOWN = 0;
/** Ids below are control symbols; no text produces them (but {@link UNKNOWN}). */
const RESERVED = 6;
/** Stands for the space before a word: the lower one-eighth block. */
const WORD_START = "\u2581";

/** A prefix of pieces: the piece it is, if any, and its continuations by next character. */
interface Prefix {
  id: number;
  score: number;
  readonly next: Map<string, Prefix>;
}

function prefix(): Prefix {
  return { id: -1, score: 0, next: new Map() };
}

/** Prepares a vocabulary for splitting. */
export function createPieceTokenizer(vocabulary: PieceVocabulary): PieceTokenizer {
  const root = prefix();
  const lengths: number[] = [];
  vocabulary.forEach(([piece, score], id) => {
    const symbols = [...piece];
    lengths.push(symbols.length);
    if (id < RESERVED) return;
    let node = root;
    for (const symbol of symbols) {
      let next = node.next.get(symbol);
      if (!next) node.next.set(symbol, next = prefix());
      node = next;
    }
    node.id = id;
    node.score = score;
  });
  return {
    encode(text) {
      const normal = text.normalize("NFKC");
      if (normal.length === 0) return [];
      const symbols = [...(WORD_START + normal.replaceAll(" ", WORD_START))];
      const best = new Float64Array(symbols.length + 1); // score of the best split that ends here; 0: none seen yet
      const last = new Int32Array(symbols.length + 1).fill(UNKNOWN); // its last piece
      const arrive = (end: number, id: number, score: number) => {
        if (best[end] === 0 || score >= (best[end] as number)) {
          best[end] = score;
          last[end] = id;
        }
      };
      for (let start = 0; start < symbols.length; start++) {
        const before = best[start] as number;
        let known = false;
        let node: Prefix | undefined = root;
        for (let end = start + 1; end <= symbols.length; end++) {
          node = node.next.get(symbols[end - 1] as string);
          if (!node) break;
          if (node.id < 0) continue;
          known = true;
          arrive(end, node.id, before + node.score);
        }
        if (!known) arrive(start + 1, UNKNOWN, before);
      }
      const ids: number[] = [];
      for (let end = symbols.length; end > 0; end -= lengths[last[end] as number] as number) {
        const id = last[end] as number;
        if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
      }
      return ids.reverse();
    },
  };
}
