/** The control figure: the sheet of pictures, the matrices as tables of colours, and the headline of every model. */
import { figure, type Graphic, type HeatmapTrace } from "../../../lib/plots/mod.ts";
import {
  CONTROL_PLACES,
  type ControlEntry,
  type ControlPlace,
  type FigureResult,
  intervalNote,
  intervalSeries,
  isAsked,
  isLeft,
  pictureSheet,
  type Scorer,
  SCORERS,
  type StoredFigure,
} from "../../../lib/report/mod.ts";
import { ASPECTS, TASK_RECORDS } from "../../../lib/tasks/mod.ts";
import { TARGETS } from "../uses/use_rows.ts";
import { modelLabel } from "./labels.ts";
import { CONTROL } from "./record.ts";
import { COMMITTED } from "../uses/use_rows.ts";
import { CONTROL_SHEET } from "./sheet.ts";
import type { ControlContent } from "./statements.ts";

const SCORER_NAMES: Readonly<Record<Scorer, string>> = {
  oracle: "by oracles",
  judge: "by the judge",
};

const number = (value: number) => value.toFixed(2).replace("-", "−").replace(/^−(0\.00)$/, "$1");

/** "0.62" and its interval below; bold where it is asked for, in parentheses where it should be left. */
function entryText(place: ControlPlace, { mean, low, high }: ControlEntry): string {
  const value = isLeft(place) ? `(${number(mean)})` : number(mean);
  const interval = low === null || high === null ? "" : `<br>${number(low)} … ${number(high)}`;
  return `${isAsked(place) ? `<b>${value}</b>` : value}${interval}`;
}

function matrix(
  { entries }: ControlContent,
  { row, scorer, place }: { readonly row: string; readonly scorer: Scorer; readonly place: number },
): HeatmapTrace {
  const found = TASK_RECORDS.map(({ id: task }) =>
    ASPECTS.map((aspect) => ({
      place: { task, aspect },
      entry: entries.find((entry) =>
        entry.row === row && entry.scorer === scorer && entry.task === task && entry.aspect === aspect
      ),
    }))
  );
  const suffix = place === 0 ? "" : `${place + 1}`;
  return {
    type: "heatmap",
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    // No entry where no condition allows one: the ground's colour, and no words.
    z: found.map((line) => line.map(({ entry }) => entry?.mean ?? 0)),
    x: [...ASPECTS],
    y: TASK_RECORDS.map(({ title }) => title),
    text: found.map((line) => line.map(({ place, entry }) => entry ? entryText(place, entry) : "")),
    texttemplate: "%{text}",
    zmin: 0,
    zmax: 1,
  };
}

function matrices(result: FigureResult<ControlContent>): Graphic {
  const panels = SCORERS.flatMap((scorer) => [COMMITTED, TARGETS].map((row) => ({ scorer, row })));
  const columns = [[0, 0.45], [0.55, 1]] as const, rows = [[0.57, 1], [0, 0.43]] as const;
  const axes = panels.map((_, place) => {
    const suffix = place === 0 ? "" : `${place + 1}`;
    return {
      [`xaxis${suffix}`]: { domain: columns[place % 2]!, anchor: `y${suffix}` },
      [`yaxis${suffix}`]: {
        domain: rows[Math.floor(place / 2)]!,
        anchor: `x${suffix}`,
        autorange: "reversed",
      },
    };
  });
  return {
    kind: "figure",
    figure: figure({
      id: "control-matrix",
      caption:
        "What each instruction (row) takes from the condition (column): 0 as much as the prompt alone has of it, 1 as much as the target of the column's " +
        "own task. Bold: asked for; in parentheses: should be left. Replication takes all; a part of everything is in every column. Empty: no condition has " +
        "both. Left the committed model, right the true targets. Above by oracles, which know what the condition is composed of; below by the judge, which " +
        `does not see layouts: F1 of the edges stands there, which the same thing in another layout shares, too. ${
          intervalNote(result.seeds)
        } ${result.caption}`,
      data: panels.map((panel, place) => matrix(result.content, { ...panel, place })),
      layout: {
        title: { text: "What each instruction takes" },
        width: 1180,
        height: 760,
        ...Object.assign({}, ...axes),
        annotations: panels.map(({ row, scorer }, place) => ({
          text: `<b>${modelLabel(result.content, row)}, ${SCORER_NAMES[scorer]}</b>`,
          x: (columns[place % 2]![0] + columns[place % 2]![1]) / 2,
          y: rows[Math.floor(place / 2)]![1] + 0.01,
          xref: "paper",
          yref: "paper",
          showarrow: false,
          xanchor: "center",
          yanchor: "bottom",
        })),
      },
    }),
  };
}

function headlines(result: FigureResult<ControlContent>): Graphic {
  const { content } = result;
  const rows = [...CONTROL.rows.map(({ row }) => row), TARGETS];
  return {
    kind: "figure",
    figure: figure({
      id: "control-headline",
      caption:
        "Control: mean of the entries that an instruction asks for, less mean of those that it should leave " +
        `(${CONTROL_PLACES.filter(isAsked).length} and ${
          CONTROL_PLACES.filter(isLeft).length
        } of them). 0: the instruction does nothing; 1: as the ` +
        `targets; IPAdapter+ has the same picture under all. ${intervalNote(result.seeds)} ${result.caption}`,
      data: intervalSeries(SCORERS.map((scorer) => ({
        name: SCORER_NAMES[scorer],
        bars: rows.map((row) => ({
          label: modelLabel(content, row).replaceAll(", ", ",<br>"),
          value: content.control.find((each) => each.row === row && each.scorer === scorer),
        })),
      }))),
      layout: {
        title: { text: "How much the instruction decides" },
        width: 1180,
        height: 400,
        barmode: "group",
        yaxis: { title: { text: "control" } },
      },
    }),
  };
}

/** The sheet of pictures, the matrices, the headlines. */
export function controlGraphics(stored: StoredFigure<ControlContent>): readonly Graphic[] {
  const { result } = stored;
  const caption = `${modelLabel(result.content, COMMITTED)}. ${CONTROL_SHEET} ${result.caption}`;
  return [pictureSheet({ ...stored, result: { ...result, caption } }), matrices(result), headlines(result)];
}
