/** What is said of words that the mini base model was not trained on. */

/** A sentence that names them. */
export const unknownWordsNote = (words: readonly string[]): string =>
  `The mini base model does not know these words and reads them all alike: ${words.join(", ")}`;
