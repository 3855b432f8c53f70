/** Rows of figures, and how they are named; those that several figures have stand here. */
import { JOINT, SINGLE_TASK } from "../table1/rows.ts";

/** The row of the targets themselves. */
export const TARGETS = "ground-truth";

/** The row of the committed joint adapter. */
export const COMMITTED = "committed";

/** The row of IPAdapter+ in the style layers alone. */
export const INSTANT_STYLE = "instant-style";

/** A row of a figure. */
export interface NamedRow {
  readonly row: string;
  /** Its name in the figure. */
  readonly label: string;
}

/** A row that is shown as a series. */
export interface ColouredRow extends NamedRow {
  /** Its place among the colours of series. */
  readonly place: number;
}

/** Rows that several figures have, named and coloured alike in all of them. */
export const USE_ROWS = {
  single: { row: SINGLE_TASK, label: "Single-task model", place: 0 },
  joint: { row: JOINT, label: "Table 1's joint model", place: 1 },
  promptAlone: { row: "text-only", label: "Prompt alone", place: 4 },
} as const satisfies Readonly<Record<string, ColouredRow>>;

/** One of a figure's rows. @throws RangeError for a name that none of them has. */
export function rowNamed<Row extends NamedRow>(rows: readonly Row[], name: string): Row {
  const found = rows.find(({ row }) => row === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `A row of a figure needs to be one of ${rows.map(({ row }) => row).join(", ")}, got ${name}`,
  );
}
