/** Fig. 9's findings: what each model takes and leaks, the verdicts, and the sheet of pictures. */
import { taskOf } from "../../../lib/tasks/mod.ts";
import { key } from "../../../lib/engine/mod.ts";
import { judgeAll, resampleCells } from "../../../lib/report/mod.ts";
import { instantStyleNote, STYLE_LEAK, usesContent } from "../uses/uses.ts";
import { fig9Cases } from "./record.ts";
import { USE_STATEMENTS, withLeaksMore } from "./statements.ts";
import type { Summarize } from "../figure_summary.ts";
import { keysOf, readItems, readSamples, takenScores } from "../uses/use_samples.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import { rowNamed, USE_ROWS } from "../uses/use_rows.ts";
import { useSheet } from "../uses/use_sheet.ts";
import { useStageId } from "../uses/use_stages.ts";

/** Reads the stages of all rows. */
export const summarize: Summarize = async (context, { scale, tasks, seeds }, outputs) => {
  const [taken, main] = [takenScores(scale), mainModelOf(scale)];
  const cases = fig9Cases(scale);
  const rows = cases.map(({ row }) => row);
  const shown = [USE_ROWS.promptAlone.row, "ip-adapter-plus", main.row].map((row) => rowNamed(cases, row));
  const resampled = resampleCells(withLeaksMore(await readSamples(outputs)), { key: key("fig9"), rows });
  const content = usesContent(resampled, {
    rows,
    tasks,
    taken,
  });
  return {
    content,
    caption: [
      `Held-out items of the five uses, all models from the same noise. IPAdapter+ takes no instruction; ${main.name} is given ` +
      "held-out wordings of the task; the trained models are Table 1's. InstantStyle is IPAdapter+ in the style layers alone.",
      instantStyleNote(resampled),
      content.leaks.some(({ task }) => taskOf(task).leak?.kind === "name")
        ? `Content of style that leaks: ${STYLE_LEAK}.`
        : "",
    ].filter(Boolean).join(" "),
    hashes: keysOf(outputs),
    claims: judgeAll(USE_STATEMENTS, { resampled, taken, main }),
    files: async (result) => {
      const items = [];
      for (const task of tasks) {
        const of = (row: string) => context.input(useStageId(row, task, seeds[0] as number));
        items.push({ task, items: await readItems(new Map(shown.map(({ row }) => [row, of(row)]))) });
      }
      return { "fig9.png": await useSheet(result, shown, items, { silent: [USE_ROWS.promptAlone.row] }) };
    },
  };
};
