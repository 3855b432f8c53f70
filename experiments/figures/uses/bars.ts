/** Fig. 6 and Fig. 9: what each model takes and what leaks, as bars; the sheets of pictures come before them. */
import { figure, type Graphic, seriesLook, type Trace } from "../../../lib/plots/mod.ts";
import { intervalBars, intervalNote, pictureSheet, type StoredFigure } from "../../../lib/report/mod.ts";
import { type TaskId, taskOf } from "../../../lib/tasks/mod.ts";
import { type ColouredRow, rowNamed, TARGETS } from "./use_rows.ts";
import { takenBy } from "./use_samples.ts";
import type { UsesContent } from "./uses.ts";

/** What leaks, by what may: "colours for composition, …". */
function leakWords(tasks: readonly TaskId[]): string {
  const what = (task: TaskId) => {
    const { leak } = taskOf(task);
    if (leak?.kind !== "colours") return "the thing itself";
    return leak.margin === undefined ? "all colours" : "colours of the margin";
  };
  return [...Map.groupBy(tasks, what)].map(([words, own]) => `${words} for ${own.join(" and ")}`).join(", ");
}

function bars({ result }: StoredFigure<UsesContent>, named: readonly ColouredRow[]): Graphic {
  const { rows, taken, cells, leaks } = result.content;
  const leaking = result.tasks.filter((task) => leaks.some((leak) => leak.task === task));
  const both = leaking.length > 0;
  const data = rows.flatMap((row): Trace[] => {
    const { label: name, place } = rowNamed(named, row);
    const { colour } = seriesLook(place);
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
      caption: `What should be taken from the condition, by ${takenBy(result.scale)}; higher is better.` +
        (both
          ? ` Right: what should not be taken, likeness to the condition less the target's own likeness: ${
            leakWords(leaking)
          }; above 0 it leaks.`
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

/** The sheet of pictures, then the bars, of a figure with these rows. */
export const useGraphics =
  (rows: readonly ColouredRow[]) => (stored: StoredFigure<UsesContent>): readonly Graphic[] => [
    pictureSheet(stored),
    bars(stored, rows),
  ];
