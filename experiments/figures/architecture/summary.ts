/** The findings of Fig. 2 and Fig. 3: the counts, and a caption. */
import { sha256 } from "../../../lib/hub/mod.ts";
import { type ArchitectureContent, countsOf } from "../../../lib/report/mod.ts";
import type { Summarize } from "../figure_summary.ts";

const list = (names: readonly string[], counts: readonly string[]) =>
  names.map((name, i) => `${counts[i]} at ${name} size`).join(", ");

/** Both figures draw from the same counts. */
export const summarize: Summarize = async (context, { experiment }) => {
  const text = await context.input("count-parts").text("parts.json");
  const content = JSON.parse(text) as ArchitectureContent;
  const names = content.sizes.map(({ name }) => name);
  const caption = experiment === "fig2"
    ? "Every text cross-attention of the frozen U-Net is joined by one to the image tokens, with the same queries and keys and values of its own; " +
      `trained are these (${list(names, countsOf(content, "image-cross-attention"))}) and the projection. ` +
      "IPAdapter+ and IPAdapter-Instruct differ in the projection alone."
    : "Learned queries attend to the image's states (orange, IPAdapter+) and, in every layer, to the instruction (green, new: " +
      `${list(names, countsOf(content, "projection-instruction"))}).`;
  return { content, caption: `${caption} Counted from the parameter trees.`, hashes: [sha256(text)] };
};
