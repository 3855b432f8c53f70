/** Which rows a stored Table 1 has, what they are called, and what the short ones among them can show. */
import { ROW_FACTS, TABLE1_ROWS, type Table1Row } from "./paper_table1.ts";
import type { Table1Result } from "./table1_result.ts";

const number = (count: number) => count.toLocaleString("en");

/** The rows that a result shows: all, but the committed adapter's only where it was scored. */
export const shownRows = ({ committed }: Pick<Table1Result, "committed">): readonly Table1Row[] =>
  TABLE1_ROWS.filter((row) => ROW_FACTS[row].of !== "committed" || committed !== undefined);

/** What a row is called; the committed adapter's is told apart by its steps. */
export function rowLabel({ committed }: Pick<Table1Result, "committed">, row: Table1Row): string {
  const { label, of } = ROW_FACTS[row];
  return of === "committed" && committed !== undefined
    ? `${label} (${number(committed.steps)} steps)`
    : label;
}

/** What models of few steps can and cannot show, beside the committed adapter; "" where it was not scored. */
export function committedNote({ committed, training }: Pick<Table1Result, "committed" | "training">): string {
  const steps = training[0]?.steps;
  if (committed === undefined || steps === undefined) return "";
  return `The models trained here have ${
    number(steps)
  } steps each from one start, so they can be compared with each other; they cannot show ` +
    `what an instruction does after long training. ${
      rowLabel({ committed }, "committed")
    } can: the joint adapter in data/checkpoints, trained ` +
    `before with batches of ${committed.batch}; no verdict on this table rests on it.`;
}
