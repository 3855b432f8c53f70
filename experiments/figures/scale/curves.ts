/** Sec. 3.5: scores over the adapter's scale, a panel per task and one for the trade; the advised scales are shaded. */
import {
  figure,
  type FigureLayout,
  type Graphic,
  seriesLook,
  type Shape,
  type Trace,
} from "../../../lib/plots/mod.ts";
import { errorBars, type MeanInterval, panelPlaces, type StoredFigure } from "../../../lib/report/mod.ts";
import { ADVISED, type ScaleContent } from "./statements.ts";

const COLUMNS = 3;

interface Line {
  readonly name: string;
  readonly place: number;
  readonly values: readonly MeanInterval[];
}

function lineTrace(
  scales: readonly number[],
  { name, place, values }: Line,
  axes: { xaxis?: string; yaxis?: string },
  showlegend: boolean,
): Trace {
  const { colour, symbol } = seriesLook(place);
  return {
    type: "scatter",
    mode: "lines+markers",
    name,
    legendgroup: name,
    showlegend,
    ...axes,
    x: scales,
    y: values.map(({ mean }) => mean),
    line: { color: colour, width: 2 },
    marker: { color: colour, symbol, size: 6 },
    error_y: errorBars(values),
  };
}

/** One panel per task and, where it was measured, the trade. */
export function scaleCurves({ result }: StoredFigure<ScaleContent>): readonly Graphic[] {
  const { scales, curves, trade, best } = result.content;
  const panels = [
    ...[...Map.groupBy(curves, ({ task }) => task)].map(([task, own]) => ({
      title: `${task}: ${own.map(({ metric }) => metric).join(", ")}`,
      lines: own.map((curve, place): Line => ({
        name: place === 0 ? "of the condition" : "of the prompt",
        place,
        values: curve.values,
      })),
    })),
    ...(trade.length > 0
      ? [{ title: `trade, best at ${best?.mean}`, lines: [{ name: "trade", place: 2, values: trade }] }]
      : []),
  ];
  const { places, height } = panelPlaces(panels.length, COLUMNS);
  const axes: Record<`${"x" | "y"}axis${string}`, object> = {};
  const shapes: Shape[] = [];
  const data = panels.flatMap(({ lines }, i) => {
    const { suffix, x, y } = places[i]!;
    // Named below the lowest panel of each column.
    const title = i + COLUMNS >= panels.length ? { title: { text: "adapter scale λ" } } : {};
    axes[`xaxis${suffix}`] = { domain: x, anchor: `y${suffix}`, ...title };
    axes[`yaxis${suffix}`] = { domain: y, anchor: `x${suffix}` };
    shapes.push({
      type: "rect",
      xref: `x${suffix}`,
      yref: "paper",
      x0: ADVISED.low,
      x1: ADVISED.high,
      y0: y[0],
      y1: y[1],
      fillcolor: "rgba(127,127,127,0.18)",
      line: { width: 0 },
    });
    const own = i === 0 ? {} : { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
    const shown = (name: string) =>
      panels.findIndex((panel) => panel.lines.some((line) => line.name === name)) === i;
    return lines.map((line) => lineTrace(scales, line, own, shown(line.name)));
  });
  const layout: FigureLayout = {
    title: { text: `${result.title}, ${result.scale} scale` },
    width: 1100,
    height,
    showlegend: true,
    shapes,
    annotations: panels.map(({ title }, i) => ({
      text: `<b>${title}</b>`,
      x: (places[i]!.x[0] + places[i]!.x[1]) / 2,
      y: places[i]!.y[1],
      xref: "paper",
      yref: "paper",
      yanchor: "bottom",
      showarrow: false,
    })),
    ...axes,
  };
  return [{ kind: "figure", figure: figure({ id: "scale", caption: result.caption, data, layout }) }];
}
