/** The ablations: the sheet of pictures, the models against the joint one, and what was not trained, as bars. */
import { figure, type Graphic } from "../../../lib/plots/mod.ts";
import { ABLATIONS, STYLE_CASES } from "./record.ts";
import { type AblationsContent, COLOUR_SCORES } from "./statements.ts";
import {
  type FigureResult,
  intervalNote,
  intervalSeries,
  pictureSheet,
  ROW_FACTS,
  settingNote,
  type StoredFigure,
} from "../../../lib/report/mod.ts";
import { JOINT } from "../table1/rows.ts";
import { STYLE_LEAK } from "../uses/uses.ts";

/** What the sheet of pictures shows. */
export const ABLATION_SHEET: string =
  "The joint model on held-out items of the style task, the same noise in each row: instructed to take the style, the composition " +
  'instead, and "the colours only", a use that it was never trained for.';

/** How a model is named. @throws RangeError for one that has no name. */
function labelOf(row: string, { leftOut }: AblationsContent): string {
  const without = leftOut.find((left) => left.row === row)?.task;
  if (without !== undefined) return `Without ${without}`;
  const label = ABLATIONS.variants.find((variant) => variant.row === row)?.label;
  if (label === undefined) {
    throw new RangeError(`A model of the ablations needs a label in their record, got ${row}`);
  }
  return label;
}

function differences(result: FigureResult<AblationsContent>): Graphic {
  const { rows, differences } = result.content;
  const groups = ["all", ...result.tasks];
  return {
    kind: "figure",
    figure: figure({
      id: "ablations-differences",
      caption:
        "Relative difference from the joint model, mean over each task's two columns of Table 1; above 0 the changed model is better. " +
        `"all" is the mean over the tasks that both were trained on. ${
          intervalNote(result.seeds)
        } ${result.caption}`,
      data: intervalSeries(rows.map((row) => ({
        name: labelOf(row, result.content),
        bars: groups.map((label) => ({
          label,
          value: differences.find((each) => each.row === row && each.task === label),
        })),
      }))),
      layout: {
        title: { text: "Other instructions, against the joint model" },
        width: 1180,
        height: 400,
        barmode: "group",
        yaxis: { title: { text: "relative difference" } },
      },
    }),
  };
}

const COLOUR_LABELS = { colours: "colours taken", leak: "content taken" } as const;

function untrained(result: FigureResult<AblationsContent>): Graphic {
  const { untrained, overridden, leftOut } = result.content;
  const models = [
    ...leftOut.map(({ row }) => ({ row, label: labelOf(row, result.content) })),
    ...([JOINT, "ip-adapter-plus"] as const).map((row) => ({ row, label: ROW_FACTS[row].label })),
  ];
  const scores = [...new Set(untrained.map(({ task, metric }) => `${task}<br>${metric}`))];
  return {
    kind: "figure",
    figure: figure({
      id: "ablations-untrained",
      caption:
        `Left: the task${
          leftOut.length > 1 ? "s" : ""
        } that a joint model was trained without, instructed in it all the same, ` +
        "beside the joint model with it and the IPAdapter+ start " +
        "of both. Right: the joint model on the style task's items, under several instructions: intersection of the colour histograms " +
        `of picture and condition, and ${STYLE_LEAK}. ` +
        'Under "the colours only", the first should be high ' +
        `and the second low. ${intervalNote(result.seeds)} ${settingNote(result)}`,
      data: [
        ...intervalSeries(models.map(({ row, label: name }) => ({
          name,
          bars: scores.map((label) => ({
            label,
            value: untrained.find((each) => each.row === row && `${each.task}<br>${each.metric}` === label),
          })),
        }))),
        ...intervalSeries(
          Object.values(COLOUR_SCORES).map((metric) => ({
            name: COLOUR_LABELS[metric],
            bars: STYLE_CASES.map(({ row, label }) => ({
              label: label.replace(/ (instruction|the colours)$/, "<br>$1"),
              value: overridden.find((each) => each.row === row && each.metric === metric),
            })),
          })),
          { first: models.length, axes: { xaxis: "x2", yaxis: "y2" } },
        ),
      ],
      layout: {
        title: { text: "Instructions that were not trained" },
        width: 1180,
        height: 420,
        barmode: "group",
        xaxis: { domain: [0, 0.46] },
        yaxis: { title: { text: "score, higher is better" } },
        xaxis2: { domain: [0.54, 1], anchor: "y2" },
        yaxis2: { anchor: "x2", title: { text: "likeness to the condition" } },
      },
    }),
  };
}

/** Bars of the models, bars of the untrained uses, and the sheet. */
export function ablationGraphics(stored: StoredFigure<AblationsContent>): readonly Graphic[] {
  const { result } = stored;
  const caption = `${ABLATION_SHEET} ${settingNote(result)}`;
  return [
    differences(result),
    untrained(result),
    pictureSheet({ ...stored, result: { ...result, caption } }),
  ];
}
