/** Rows that several figures have, and how they are named. */

/** The row of the targets themselves. */
export const TARGETS = "ground-truth";

/** The row of the committed joint adapter. */
export const COMMITTED = "committed";

/** The row of IPAdapter+ in the style layers alone. */
export const INSTANT_STYLE = "instant-style";

/** They; the order gives a row its colour in all figures. */
const USE_ROWS: readonly { readonly row: string; readonly label: string }[] = [
  { row: "single-task", label: "Single-task model" },
  { row: "instruct", label: "Table 1's joint model" },
  { row: "ip-adapter-plus", label: "IPAdapter+" },
  { row: TARGETS, label: "Target" },
  { row: "text-only", label: "Prompt alone" },
  { row: INSTANT_STYLE, label: "InstantStyle" },
  { row: COMMITTED, label: "IPAdapter-Instruct, committed" },
  { row: "own-instruction", label: "The task's instruction" },
  { row: "other-instruction", label: "Another task's instruction" },
  { row: "colours-instruction", label: "Instruction: the colours" },
];

/** How a row is named, and its place among the colours. @throws RangeError for one that is none of these. */
export function useRow(row: string): { readonly label: string; readonly place: number } {
  const place = USE_ROWS.findIndex((each) => each.row === row);
  const found = USE_ROWS[place];
  if (found !== undefined) return { label: found.label, place };
  throw new RangeError(
    `A row of a figure needs to be one of ${USE_ROWS.map((each) => each.row).join(", ")}, got ${row}`,
  );
}
