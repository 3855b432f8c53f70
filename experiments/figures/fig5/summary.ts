/** Fig. 5's findings: the examples' words, and the sheet of their pictures. */
import { sha256 } from "../../../lib/hub/mod.ts";
import { type DatasetExamples, exampleSheet } from "./example_sheet.ts";
import type { Summarize } from "../figure_summary.ts";

/** Passes the examples on. */
export const summarize: Summarize = async (context) => {
  const output = context.input("draw-examples");
  const { hash, content } = JSON.parse(await output.text("examples.json")) as {
    hash: string;
    content: DatasetExamples;
  };
  return {
    content,
    caption:
      "Training pairs of the five tasks: condition on the left, target on the right; I: instruction, T: text prompt. " +
      "Art: Fluent (MIT), Noto (Apache-2.0), Twemoji (CC BY 4.0), OpenMoji (CC BY-SA 4.0), DiceBear artists; see data/NOTICE.md.",
    hashes: [sha256(hash)],
    files: async (result) => ({ "fig5.png": await exampleSheet(result, await output.bytes("examples.rgb")) }),
  };
};
