/** Fig. 6's findings: what both models take, the verdict, and the sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import { judgeAll, resampleCells } from "../../../lib/report/mod.ts";
import { usesContent } from "../uses/uses.ts";
import type { Summarize } from "../figure_summary.ts";
import { keysOf, readItems, readSamples, takenScores } from "../uses/use_samples.ts";
import { useSheet } from "../uses/use_sheet.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import { FIG6 } from "./record.ts";
import { LIKENESS_STATEMENTS } from "./statements.ts";
import { scoreId } from "../model_stages.ts";
import type { TaskId } from "../../../lib/tasks/registry.ts";

/** Reads Table 1's scores. */
export const summarize: Summarize = async (context, { scale, tasks, seeds }, outputs) => {
  const taken = takenScores(scale);
  const rows = FIG6.rows.map(({ row }) => row);
  const resampled = resampleCells(await readSamples(outputs), { key: key("fig6"), rows });
  return {
    content: usesContent(resampled, { rows, tasks, taken }),
    caption: "Held-out items, the same held-out wordings, both models from the same noise.",
    hashes: keysOf(outputs),
    claims: judgeAll(LIKENESS_STATEMENTS, { resampled, taken, main: mainModelOf(scale) }),
    files: async (result) => {
      const items = [];
      for (const task of tasks) {
        const of = (row: string) => context.input(scoreId(row, task as TaskId, seeds[0] as number));
        items.push({ task, items: await readItems(new Map(rows.map((row) => [row, of(row)]))) });
      }
      return { "fig6.png": await useSheet(result, FIG6.rows, items) };
    },
  };
};
