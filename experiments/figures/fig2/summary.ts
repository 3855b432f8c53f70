/** Fig. 2's findings: the counts, and a caption. */
import { countsText, summarizeCounts } from "../architecture/summary.ts";
import type { Summarize } from "../figure_summary.ts";

/** Reads the counted parts. */
export const summarize: Summarize = summarizeCounts((content) =>
  "Every text cross-attention of the frozen U-Net is joined by one to the image tokens, with the same queries and keys and values of its own; " +
  `trained are these (${countsText(content, "image-cross-attention")}) and the projection. ` +
  "IPAdapter+ and IPAdapter-Instruct differ in the projection alone."
);
