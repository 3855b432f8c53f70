/** Fig. 9's findings: what each model takes and leaks, the verdicts, and the sheet of pictures. */
import { key } from "../../lib/engine/mod.ts";
import { drawTable1, INSTANT_STYLE, judgeUses, TARGETS, usesContent } from "../../lib/report/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import { keysOf, readItems, readSamples, TAKEN } from "../use_samples.ts";
import { useSheet } from "../use_sheet.ts";
import { useStageId } from "../use_stages.ts";

const ROWS = ["text-only", "ip-adapter-plus", INSTANT_STYLE, "single-task", "instruct", TARGETS];
const SHOWN = ["text-only", "ip-adapter-plus", "instruct"];

/** Reads the stages of all rows. */
export const summarize: Summarize = async (context, { tasks, seeds }, outputs) => {
  const draws = drawTable1(await readSamples(outputs), { key: key("fig9") });
  return {
    content: usesContent(draws, { rows: ROWS, tasks, taken: TAKEN }),
    caption:
      "Held-out items of the five uses, all models from the same noise. IPAdapter+ takes no instruction; the joint model is told " +
      "held-out wordings. InstantStyle is IPAdapter+ in the style layers alone.",
    hashes: keysOf(outputs),
    claims: judgeUses(draws, TAKEN),
    files: async (result) => {
      const items = [];
      for (const task of tasks) {
        const of = (row: string) => context.input(useStageId(row, task, seeds[0] as number));
        items.push({ task, items: await readItems(new Map(SHOWN.map((row) => [row, of(row)]))) });
      }
      return { "fig9.png": await useSheet(result, SHOWN, items) };
    },
  };
};
