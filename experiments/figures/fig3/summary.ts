/** Fig. 3's findings: the counts, and a caption. */
import { countsText, summarizeCounts } from "../architecture/summary.ts";
import type { Summarize } from "../figure_summary.ts";

/** Reads the counted parts. */
export const summarize: Summarize = summarizeCounts((content) =>
  "Learned queries attend to the image's states (orange, IPAdapter+) and, in every layer, to the instruction (green, new: " +
  `${countsText(content, "projection-instruction")}).`
);
