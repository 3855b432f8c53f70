/** The scale's findings: curves, the best trade, the verdicts. */
import { key } from "../../../lib/engine/mod.ts";
import { intervalNote, judgeAll, resampleCells } from "../../../lib/report/mod.ts";
import { SCALE_STATEMENTS, scaleContent } from "./statements.ts";
import type { Summarize } from "../figure_summary.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import { keysOf, readSamples } from "../uses/use_samples.ts";
import { SCALE, scaleRow } from "./record.ts";

/** Reads the stages of all scales. */
export const summarize: Summarize = async (_context, { scale, tasks, seeds, budget }, outputs) => {
  const main = mainModelOf(scale);
  const samples = await readSamples(outputs);
  const scales = SCALE.scales[budget];
  const resampled = resampleCells(samples, { key: key("scale"), rows: scales.map(scaleRow) });
  const content = scaleContent(resampled, { scales, tasks });
  return {
    content,
    caption:
      `Scores of ${main.name} on held-out items, same items and same noise at every scale λ of the image attention. Shaded: the ` +
      "paper's advice. Trade: mean of the two scores, each stretched to 0 … 1 over the scales, over the four tasks with a prompt of " +
      `their own. ${intervalNote(seeds)}`,
    hashes: keysOf(outputs),
    claims: judgeAll(SCALE_STATEMENTS, { resampled, content, main }),
  };
};
