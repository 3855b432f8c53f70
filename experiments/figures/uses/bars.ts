/** Fig. 6 and Fig. 9: what each model takes and what leaks, as bars; the sheets of pictures come before them. */
import { figure, type Graphic, seriesLook, type Trace } from "../../../lib/plots/mod.ts";
import { intervalBars, intervalNote, pictureSheet, type StoredFigure } from "../../../lib/report/mod.ts";
import { COMMITTED, INSTANT_STYLE, TARGETS } from "./use_rows.ts";
import type { UsesContent } from "./uses.ts";

/** How the rows of Fig. 6 and Fig. 9 are named. */
const USE_LABELS: Readonly<Record<string, string>> = {
  "text-only": "Prompt alone",
  "ip-adapter-plus": "IPAdapter+",
  [INSTANT_STYLE]: "InstantStyle",
  "single-task": "Single-task model",
  "instruct": "Table 1's joint model",
  [COMMITTED]: "IPAdapter-Instruct, committed",
  [TARGETS]: "Target",
  "own-instruction": "The task's instruction",
  "other-instruction": "Another task's instruction",
  "colours-instruction": "Instruction: the colours",
};

/** How a row is named. @throws RangeError for one that has no name. */
export function useLabel(row: string): string {
  const label = USE_LABELS[row];
  if (label === undefined) {
    throw new RangeError(
      `A row of a figure needs one of the names ${Object.keys(USE_LABELS).join(", ")}, got ${row}`,
    );
  }
  return label;
}

/** Rows that are distinguished by the same colours in all figures. */
const COLOURS = [
  "single-task",
  "instruct",
  "ip-adapter-plus",
  TARGETS,
  "text-only",
  INSTANT_STYLE,
  COMMITTED,
];

function bars({ result }: StoredFigure<UsesContent>): Graphic {
  const { rows, taken, cells, leaks } = result.content;
  const leaking = result.tasks.filter((task) => leaks.some((leak) => leak.task === task));
  const both = leaking.length > 0;
  const data = rows.flatMap((row): Trace[] => {
    const colour = seriesLook(COLOURS.indexOf(row)).colour;
    const name = useLabel(row);
    const takes = intervalBars(
      name,
      result.tasks.map((task) => ({
        label: `${task}<br>${taken[task]}`,
        value: cells.find((cell) => cell.row === row && cell.task === task && cell.metric === taken[task]),
      })),
      { colour, showlegend: true },
    );
    if (!both || row === TARGETS) return [takes];
    const leak = intervalBars(
      name,
      leaking.map((task) => ({
        label: task,
        value: leaks.find((each) => each.row === row && each.task === task),
      })),
      { colour, showlegend: false, axes: { xaxis: "x2", yaxis: "y2" } },
    );
    return [takes, leak];
  });
  return {
    kind: "figure",
    figure: figure({
      id: `${result.experiment}-scores`,
      caption:
        `What should be taken from the condition, by ${
          result.scale === "mini" ? "the data's generator, which knows the truth" : "Table 1's score of it"
        }; higher is better.` +
        (both
          ? " Right: what should not be taken, likeness to the condition less the target's own likeness: all colours for " +
            "composition, those of the margin for object and face, content for style; above 0 it leaks."
          : "") +
        ` ${intervalNote(result.seeds)} ${result.caption}`,
      data,
      layout: {
        title: { text: `${result.title}: what is taken${both ? ", what leaks" : ""}` },
        width: 1180,
        height: 420,
        barmode: "group",
        xaxis: { domain: [0, both ? 0.56 : 1] },
        yaxis: { title: { text: "taken, higher is better" } },
        ...(both
          ? {
            xaxis2: { domain: [0.64, 1], anchor: "y2" },
            yaxis2: { anchor: "x2", title: { text: "leak beyond the target" } },
          }
          : {}),
      },
    }),
  };
}

/** The sheet of pictures, then the bars. */
export function useGraphics(stored: StoredFigure<UsesContent>): readonly Graphic[] {
  return [pictureSheet(stored), bars(stored)];
}
