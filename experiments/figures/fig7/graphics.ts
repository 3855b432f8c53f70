/** Fig. 7: validation scores against training step, the joint model beside the single-task models. */
import { figure, type FigureSpec, type Graphic, seriesLook, type Trace } from "../../../lib/plots/mod.ts";
import { type Curve, CURVE_ROWS, REACHED, type TrainingCurves } from "./curves.ts";
import { FIG7 } from "./record.ts";
import { type FigureResult, panelPlaces, ROW_FACTS, type StoredFigure } from "../../../lib/report/mod.ts";

const COLUMNS = 2;

function panelTraces(
  curves: readonly Curve[],
  axes: { xaxis?: string; yaxis?: string },
  first: boolean,
): Trace[] {
  return curves.flatMap((curve): Trace[] => {
    const place = CURVE_ROWS.findIndex((row) => row === curve.row);
    const { colour, symbol } = seriesLook(place);
    const name = ROW_FACTS[curve.row as (typeof CURVE_ROWS)[number]].label;
    const common = { type: "scatter", legendgroup: curve.row, ...axes } as const;
    const band: Trace[] = curve.low.some((low, i) => low < (curve.high[i] as number))
      ? [{
        ...common,
        mode: "lines",
        showlegend: false,
        hoverinfo: "skip",
        opacity: 0.18,
        x: [...curve.steps, ...curve.steps.toReversed()],
        y: [...curve.low, ...curve.high.toReversed()],
        fill: "toself",
        fillcolor: colour,
        line: { width: 0, color: colour },
      }]
      : [];
    return [...band, {
      ...common,
      mode: "lines+markers",
      name,
      showlegend: first,
      x: curve.steps,
      y: curve.mean,
      line: { color: colour, width: 2, dash: place === 0 ? "dash" : "solid" },
      marker: { color: colour, symbol, size: 6 },
    }];
  });
}

const reachedText = (curves: readonly Curve[]) =>
  CURVE_ROWS.map((row) => curves.find((curve) => curve.row === row)?.reached ?? "none").join(" | ");

function curveFigure(
  result: FigureResult,
  columns: readonly (readonly Curve[])[],
  about: { id: string; title: string },
): FigureSpec {
  const { places, height } = panelPlaces(columns.length, COLUMNS);
  const layout: Record<`${"x" | "y"}axis${string}`, object> = {};
  const data: Trace[] = [];
  const annotations = columns.map((curves, i) => {
    const { suffix, x, y } = places[i]!;
    const lowest = i >= columns.length - COLUMNS;
    layout[`xaxis${suffix}`] = {
      domain: x,
      anchor: `y${suffix}`,
      ...(lowest ? { title: { text: "training step" } } : {}),
    };
    layout[`yaxis${suffix}`] = { domain: y, anchor: `x${suffix}` };
    data.push(...panelTraces(curves, i === 0 ? {} : { xaxis: `x${suffix}`, yaxis: `y${suffix}` }, i === 0));
    const { task, metric } = curves[0] as Curve;
    return {
      text: `<b>${task}, ${metric}</b>: ${Math.round(100 * REACHED)} % at step ${reachedText(curves)}`,
      x: (x[0] + x[1]) / 2,
      y: y[1],
      xref: "paper",
      yref: "paper",
      yanchor: "bottom",
      showarrow: false,
    } as const;
  });
  return {
    id: about.id,
    caption: result.caption,
    data,
    layout: { title: { text: about.title }, width: 1000, height, annotations, ...layout },
  };
}

/** Style and face as in the paper, then all scores of Table 1. */
export function trainingCurves({ result }: StoredFigure<TrainingCurves>): readonly Graphic[] {
  const { curves } = result.content;
  const columns = [...Map.groupBy(curves, ({ task, metric }) => `${task} ${metric}`).values()];
  const firstOf = (task: string) => columns.find(([curve]) => curve?.task === task);
  const own = FIG7.shown.map(firstOf).filter((each) => each !== undefined);
  const specs = [
    ...(own.length > 0
      ? [curveFigure(result, own, { id: "fig7", title: `${result.title}, ${result.scale} scale` })]
      : []),
    curveFigure(result, columns, { id: "fig7-all", title: "The same for every score of Table 1" }),
  ];
  return specs.map((spec) => ({ kind: "figure", figure: figure(spec) }));
}
