/** The findings of Fig. 2 and Fig. 3: the counts, and a caption. */
import { sha256 } from "../../../lib/hub/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import { type ArchitectureContent, countsOf } from "./counted_parts.ts";

/** "12.3 k at mini size, 4.56 M at SD 1.5 size": parameters of a part. */
export function countsText(content: ArchitectureContent, part: string): string {
  const counts = countsOf(content, part);
  return content.sizes.map(({ name }, i) => `${counts[i]} at ${name} size`).join(", ");
}

/** Both figures are rendered from the same counts, each with its caption. */
export function summarizeCounts(caption: (content: ArchitectureContent) => string): Summarize {
  return async (context) => {
    const text = await context.input("count-parts").text("parts.json");
    const content = JSON.parse(text) as ArchitectureContent;
    return {
      content,
      caption: `${caption(content)} Counted from the parameter trees.`,
      hashes: [sha256(text)],
    };
  };
}
