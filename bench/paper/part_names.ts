/** Names of the parts of the paper's scale, in the order of use; apart from them, so that reading a command line does not load the engine. */
export const PAPER_PARTS = ["denoise", "decode", "encode", "train"] as const;
/** One of {@link PAPER_PARTS}. */
export type PaperPart = (typeof PAPER_PARTS)[number];
