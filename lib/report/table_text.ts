/** Table 1 and its claims for a terminal: pure functions of a result. */
import { TABLE1_COLUMNS, type Table1Row } from "./paper_table1.ts";
import { placeInPaper } from "./statement.ts";
import { cellOf, intervalText, OUR_DIGITS, PAPER_DIGITS, table1Heading } from "./table.ts";
import type { Table1Result } from "./table1_result.ts";
import { rowLabel, shownRows } from "./table1_rows.ts";

/** A terminal's table: columns run downwards, rows of Table 1 sideways, in as many blocks as the width asks for. */
export function table1Text(result: Table1Result, options: { width?: number } = {}): string {
  const { width = 100 } = options;
  const { title, note } = table1Heading(result);
  const labels = TABLE1_COLUMNS.map(({ task, metric }, i) =>
    `${(TABLE1_COLUMNS[i - 1]?.task === task ? "" : task).padEnd(12)}${metric}`
  );
  const blocks = shownRows(result).map((row) => textBlock(result, row));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const lines = [title, ...breakLines(note, width), ""];
  for (let next = 0; next < blocks.length;) {
    const group: string[][] = [];
    let used = labelWidth;
    do {
      const block = blocks[next] as string[];
      group.push(block);
      used += 2 + (block[0] as string).length;
      next++;
    } while (next < blocks.length && used + 2 + ((blocks[next] as string[])[0] as string).length <= width);
    ["", "", ...labels].forEach((label, i) => {
      lines.push(
        [label.padEnd(labelWidth), ...group.map((block) => block[i] as string)].join("  ").trimEnd(),
      );
    });
    lines.push("");
  }
  return lines.join("\n");
}

/** One row of Table 1 as equally long lines: name, "paper  ours", then the ten columns. */
function textBlock(result: Table1Result, row: Table1Row): string[] {
  const cells = TABLE1_COLUMNS.map((column) => cellOf(result, row, column));
  const printed = TABLE1_COLUMNS.some((_, i) => cells[i]?.paper != null);
  const body = cells.map((cell) => {
    const paper = printed ? (cell?.paper?.toFixed(PAPER_DIGITS) ?? "").padEnd(8) : "";
    return paper +
      (cell === undefined ? "not run" : `${cell.mean.toFixed(OUR_DIGITS)} ${intervalText(cell)}`);
  });
  const block = [rowLabel(result, row), printed ? `${"paper".padEnd(8)}ours` : "ours", ...body];
  const longest = Math.max(...block.map((line) => line.length));
  return block.map((line) => line.padEnd(longest));
}

/** Lines of at most `width` characters, broken at spaces. */
export function breakLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Width of the column of verdicts. */
const VERDICT_WIDTH = 15;

/** Each claim with its verdict and evidence, for a terminal. */
export function claimsText(result: Table1Result, options: { width?: number } = {}): string {
  const { width = 100 } = options;
  const lines = [`The paper's statements about Table 1, at ${result.scale} scale, ${result.budget} budget:`];
  for (const { section, statement, verdict, evidence } of result.claims) {
    const source = placeInPaper(section);
    const text = [`${statement} (${source})`, evidence].flatMap((part) =>
      breakLines(part, width - VERDICT_WIDTH)
    );
    lines.push(...text.map((line, i) => (i === 0 ? verdict : "").padEnd(VERDICT_WIDTH) + line));
  }
  return lines.join("\n") + "\n";
}
