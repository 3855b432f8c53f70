/** Fig. 5's findings: the examples' words, and the sheet of their pictures. */
import { sha256 } from "../../../lib/hub/mod.ts";
import { exampleSheet } from "./example_sheet.ts";
import { readExamples } from "./stored_examples.ts";
import type { Summarize } from "../figure_summary.ts";

/** Whose pictures the mini scale composes. */
const ART =
  " Art: Fluent (MIT), Noto (Apache-2.0), Twemoji (CC BY 4.0), OpenMoji (CC BY-SA 4.0), DiceBear artists; see data/NOTICE.md.";

/** Passes the examples on. */
export const summarize: Summarize = async (context, { scale }) => {
  const { hash, content, pixels } = await readExamples(context.input("draw-examples"));
  return {
    content,
    caption:
      "Training pairs of the five tasks: condition on the left, target on the right; I: instruction, T: text prompt." +
      (scale === "mini" ? ART : ""),
    hashes: [sha256(hash)],
    files: async (result) => ({ "fig5.png": await exampleSheet(result, pixels) }),
  };
};
