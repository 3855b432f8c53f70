/** Table 1 as a table and as a figure that show themselves in a notebook: pure functions of a result. */
import { capitalized } from "../instructions/template.ts";
import { type Figure, figure, seriesLook, type Table, table, type Trace } from "../plots/mod.ts";
import { errorBars } from "./interval_bars.ts";
import { ROW_FACTS, TABLE1_COLUMNS, type Table1Row } from "./paper_table1.ts";
import { placeInPaper } from "./statement.ts";
import { cellOf, intervalText, OUR_DIGITS, PAPER_DIGITS, table1Heading } from "./table.ts";
import type { Table1Result } from "./table1_result.ts";
import { rowLabel, shownRows } from "./table1_rows.ts";

/** The ten columns downwards; in each cell ours, its interval, and the paper's number where it prints one. */
export function table1Table(result: Table1Result): Table {
  const { title, note } = table1Heading(result);
  const rows = shownRows(result);
  return table({
    caption: title,
    columns: ["Task", "Score", ...rows.map((row) => rowLabel(result, row))],
    rows: TABLE1_COLUMNS.map((column) => [
      capitalized(column.task),
      column.metric,
      ...rows.map((row) => {
        const cell = cellOf(result, row, column);
        if (cell === undefined) return ["not run"];
        const printed = cell.paper === null ? [] : [`paper ${cell.paper.toFixed(PAPER_DIGITS)}`];
        return [cell.mean.toFixed(OUR_DIGITS), intervalText(cell), ...printed];
      }),
    ]),
    note,
  });
}

/** The paper's statements with our verdicts. */
export function claimsTable(result: Table1Result): Table {
  return table({
    caption: `The paper's statements about Table 1, at ${result.scale} scale, ${result.budget} budget`,
    columns: ["Where", "Statement", "Verdict", "Evidence"],
    rows: result.claims.map(({ section, statement, verdict, evidence }) => [
      placeInPaper(section),
      statement,
      verdict,
      evidence,
    ]),
  });
}

/** Whether a row's model reads instructions. */
const isInstructed = (row: Table1Row): boolean => ["training", "committed"].includes(ROW_FACTS[row].of);

/** Ours, of the models that read instructions, with 95 % intervals as bars, the paper's printed numbers as crosses, side by side in each column of the table. */
export function table1Figure(result: Table1Result): Figure {
  const rows = shownRows(result).filter(isInstructed);
  const shown = TABLE1_COLUMNS.filter((column) => cellOf(result, "instruct", column));
  const names = shown.map(({ task, metric }) => `${capitalized(task)}<br>${metric}`);
  const { title, note } = table1Heading(result);
  const traces = rows.flatMap((row, place): Trace[] => {
    const cells = shown.map((column) => cellOf(result, row, column));
    const offset = (place - (rows.length - 1) / 2) * 0.8 / rows.length;
    const centres = shown.map((_, i) => i + offset);
    const bars: Trace = {
      type: "bar",
      name: `${rowLabel(result, row)}, ours`,
      x: shown.map((_, i) => i),
      y: cells.map((cell) => cell?.mean ?? null),
      marker: { color: seriesLook(place).colour },
      error_y: errorBars(cells),
    };
    if (cells.every((cell) => cell?.paper == null)) return [bars];
    return [bars, {
      type: "scatter",
      mode: "markers",
      name: "the paper's",
      showlegend: place === 0,
      legendgroup: "paper",
      x: centres,
      y: cells.map((cell) => cell?.paper ?? null),
      marker: { symbol: "x", size: 8, color: "#7f7f7f" },
      hovertext: cells.map((cell) => `${rowLabel(result, row)}, paper: ${cell?.paper}`),
    }];
  });
  return figure({
    id: "table1",
    caption: note,
    // The bars first, so that the legend names ours before the paper's.
    data: traces.toSorted((a, b) => Number(a.type === "scatter") - Number(b.type === "scatter")),
    layout: {
      title: { text: title },
      width: 1000,
      height: 460,
      barmode: "group",
      xaxis: {
        range: [-0.6, shown.length - 0.4],
        tickvals: shown.map((_, i) => i),
        ticktext: names,
        showgrid: false,
        zeroline: false,
      },
      yaxis: { title: { text: "score, higher is better" } },
    },
  });
}
