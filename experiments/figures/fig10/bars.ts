/** Fig. 10: the sheet of pictures, then what each combination follows and takes, as bars. */
import { figure, type Graphic, seriesLook, type Trace } from "../../../lib/plots/mod.ts";
import { FIG10 } from "./record.ts";
import type { CombinationContent } from "./statements.ts";
import { CONTROL_SCORE } from "../../setting/score_names.ts";
import { takenBy } from "../uses/use_samples.ts";
import { intervalBars, intervalNote, pictureSheet, type StoredFigure } from "../../../lib/report/mod.ts";

function bars({ result }: StoredFigure<CombinationContent>): Graphic {
  const { rows, taken, agreement, cells } = result.content;
  const data = FIG10.combinations.filter(({ row }) => rows.includes(row)).flatMap(
    ({ row, label }, place): Trace[] => {
      const { colour } = seriesLook(place);
      const of = (task: string, metric: string | undefined) =>
        cells.find((cell) => cell.row === row && cell.task === task && cell.metric === metric);
      return [
        intervalBars(
          label,
          Object.entries(agreement).map(([task, measure]) => ({
            label: `${task}<br>${measure}`,
            value: of(task, CONTROL_SCORE),
          })),
          { colour, showlegend: true },
        ),
        intervalBars(
          label,
          result.tasks.map((task) => ({ label: `${task}<br>${taken[task]}`, value: of(task, taken[task]) })),
          { colour, showlegend: false, axes: { xaxis: "x2", yaxis: "y2" } },
        ),
      ];
    },
  );
  return {
    kind: "figure",
    figure: figure({
      id: `${result.experiment}-scores`,
      caption:
        "Left: how well the picture follows the control, F1 within one pixel of 64 across. Right: what should be taken from the condition, by " +
        `${takenBy(result.scale)}. Higher is better; ${intervalNote(result.seeds)} ${result.caption}`,
      data,
      layout: {
        title: { text: `${result.title}: what is followed, what is taken` },
        width: 980,
        height: 420,
        barmode: "group",
        xaxis: { domain: [0, 0.46] },
        yaxis: { title: { text: "control followed" } },
        xaxis2: { domain: [0.54, 1], anchor: "y2" },
        yaxis2: { anchor: "x2", title: { text: "taken from the condition" } },
      },
    }),
  };
}

/** Sheet and bars. */
export function combinationGraphics(stored: StoredFigure<CombinationContent>): readonly Graphic[] {
  return [pictureSheet(stored), bars(stored)];
}
