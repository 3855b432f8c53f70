/** Fig. 9's findings: what each model takes and leaks, the verdicts, and the sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import { judgeAll, resampleCells } from "../../../lib/report/mod.ts";
import { COMMITTED, INSTANT_STYLE, TARGETS } from "../uses/use_rows.ts";
import { instantStyleNote, STYLE_LEAK, usesContent } from "../uses/uses.ts";
import { USE_STATEMENTS, withLeaksMore } from "./statements.ts";
import type { Summarize } from "../figure_summary.ts";
import { keysOf, readItems, readSamples, TAKEN } from "../uses/use_samples.ts";
import { useSheet } from "../uses/use_sheet.ts";
import { useStageId } from "../uses/use_stages.ts";

const ROWS = [
  "text-only",
  "ip-adapter-plus",
  INSTANT_STYLE,
  COMMITTED,
  "single-task",
  "instruct",
  TARGETS,
];
const SHOWN = ["text-only", "ip-adapter-plus", COMMITTED];

/** Reads the stages of all rows. */
export const summarize: Summarize = async (context, { tasks, seeds }, outputs) => {
  const resampled = resampleCells(withLeaksMore(await readSamples(outputs)), { key: key("fig9") });
  const content = usesContent(resampled, { rows: ROWS, tasks, taken: TAKEN });
  return {
    content,
    caption: [
      "Held-out items of the five uses, all models from the same noise. IPAdapter+ takes no instruction; the committed joint adapter is given " +
      "held-out wordings of the task; the trained models are Table 1's. InstantStyle is IPAdapter+ in the style layers alone.",
      instantStyleNote(resampled),
      tasks.includes("style") ? `Content of style that leaks: ${STYLE_LEAK}.` : "",
    ].filter(Boolean).join(" "),
    hashes: keysOf(outputs),
    claims: judgeAll(USE_STATEMENTS, { resampled, taken: TAKEN }),
    files: async (result) => {
      const items = [];
      for (const task of tasks) {
        const of = (row: string) => context.input(useStageId(row, task, seeds[0] as number));
        items.push({ task, items: await readItems(new Map(SHOWN.map((row) => [row, of(row)]))) });
      }
      return { "fig9.png": await useSheet(result, SHOWN, items, { silent: ["text-only"] }) };
    },
  };
};
