/** The subplots of a figure: which axes belong together, where they stand, and what they must hold. */
import type { Axis, Datum, FigureSpec, Trace } from "../figure_spec.ts";
import { type AxisScale, axisScale } from "./axis_scale.ts";
import { dashes, element, px, words } from "./elements.ts";

/** The plotting area in pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** "x2" → "xaxis2". */
const axisKey = (name: string) => `${name[0]}axis${name.slice(1)}` as `xaxis${string}`;

/** Settings of an axis by its short name. */
export function axisOf(figure: FigureSpec, name: string): Axis {
  return figure.layout[axisKey(name)] ?? {};
}

function errorEnds(trace: Trace): number[] {
  if (trace.type === "heatmap" || !trace.error_y) return [];
  const { array, arrayminus = array } = trace.error_y;
  return trace.y.flatMap((y, i) =>
    y === null ? [] : [Number(y) + (array[i] ?? 0), Number(y) - (arrayminus[i] ?? 0)]
  );
}

function stackedEnds(figure: FigureSpec, traces: readonly Trace[], direction: "x" | "y"): number[] {
  if (figure.layout.barmode !== "stack") return [];
  const sums = new Map<string, number>();
  for (const trace of traces) {
    if (trace.type !== "bar" || (trace.orientation === "h") !== (direction === "x")) continue;
    const [names, lengths] = direction === "x" ? [trace.y, trace.x] : [trace.x, trace.y];
    names.forEach((name, i) => sums.set(String(name), (sums.get(String(name)) ?? 0) + Number(lengths[i])));
  }
  return [...sums.values()];
}

/** Every axis that a trace, an annotation or a shape stands on, placed. */
export function placeAxes(figure: FigureSpec, area: Area): Map<string, AxisScale> {
  const names = new Set(["x", "y"]);
  for (const { xaxis = "x", yaxis = "y" } of figure.data) names.add(xaxis).add(yaxis);
  const scales = new Map<string, AxisScale>();
  for (const name of names) {
    const direction = name[0] as "x" | "y";
    const axis = axisOf(figure, name);
    const traces = figure.data.filter((trace) => (trace[`${direction}axis`] ?? direction) === name);
    const values: Datum[] = traces.flatMap((trace) => [
      ...trace[direction],
      ...(direction === "y" ? errorEnds(trace) : []),
    ]);
    values.push(...stackedEnds(figure, traces, direction));
    const bars = traces.some((trace) =>
      trace.type === "bar" && (trace.orientation === "h") === (direction === "x")
    );
    const [from, to] = axis.domain ?? [0, 1];
    const pixels = direction === "x"
      ? [area.left + from * area.width, area.left + to * area.width] as const
      : [area.top + (1 - from) * area.height, area.top + (1 - to) * area.height] as const;
    const lines = traces.length > 0 &&
      traces.every((trace) => trace.type === "scatter" && trace.mode === "lines");
    scales.set(name, axisScale(axis, values, { pixels, zero: bars, pad: !(lines && direction === "x") }));
  }
  return scales;
}

/** The pairs of axes in use. */
export function subplots(figure: FigureSpec): { x: string; y: string }[] {
  const pairs = new Map<string, { x: string; y: string }>();
  for (const { xaxis = "x", yaxis = "y" } of figure.data) {
    pairs.set(`${xaxis} ${yaxis}`, { x: xaxis, y: yaxis });
  }
  return [...pairs.values()];
}

/** Grid, lines, ticks and titles of a subplot. */
export function axesSvg(
  figure: FigureSpec,
  scales: ReadonlyMap<string, AxisScale>,
  pair: { x: string; y: string; ink: string },
): string {
  const { ink } = pair;
  const x = scales.get(pair.x) as AxisScale, y = scales.get(pair.y) as AxisScale;
  const [left, right] = x.pixels, [bottom, top] = y.pixels;
  const xAxis = axisOf(figure, pair.x), yAxis = axisOf(figure, pair.y);
  const parts: string[] = [];
  const grid: string[] = [];
  const steps = (right - left) / Math.max(1, x.ticks.length);
  const longest = Math.max(
    0,
    ...x.ticks.map(({ label }) => Math.max(...label.split("<br>").map((l) => l.length))),
  );
  const slanted = longest * 6.6 > steps;
  if (xAxis.visible !== false) {
    for (const { at, label } of x.ticks) {
      if (xAxis.showgrid !== false && !x.category) grid.push(`M${px(at)} ${px(bottom)}V${px(top)}`);
      if (xAxis.showticklabels === false) continue;
      parts.push(
        slanted
          ? words(label, [at + 3, bottom + 5], {
            colour: ink,
            size: 11,
            anchor: "end",
            align: 0,
            rotate: -28,
          })
          : words(label, [at, bottom + 5], { colour: ink, size: 11, align: 0 }),
      );
    }
    if (xAxis.title) {
      const drop = xAxis.showticklabels === false ? 8 : slanted ? 16 + longest * 3 : 24;
      parts.push(words(xAxis.title.text, [(left + right) / 2, bottom + drop], { colour: ink, align: 0 }));
    }
  }
  if (yAxis.visible !== false) {
    for (const { at, label } of y.ticks) {
      if (yAxis.showgrid !== false && !y.category) grid.push(`M${px(left)} ${px(at)}H${px(right)}`);
      if (yAxis.showticklabels === false) continue;
      parts.push(words(label, [left - 6, at], { colour: ink, size: 11, anchor: "end" }));
    }
    if (yAxis.title) {
      const widest = yAxis.showticklabels === false
        ? 0
        : Math.max(0, ...y.ticks.map(({ label }) => label.length)) * 6.4;
      const place = [left - widest - 18, (top + bottom) / 2] as const;
      parts.push(words(yAxis.title.text, place, { colour: ink, rotate: -90 }));
    }
  }
  const lines = (xAxis.visible === false ? "" : `M${px(left)} ${px(bottom)}H${px(right)}`) +
    (yAxis.visible === false ? "" : `M${px(left)} ${px(bottom)}V${px(top)}`);
  return element("path", {
    d: grid.join(""),
    stroke: ink,
    opacity: "0.13",
    "stroke-dasharray": dashes("solid"),
  }) +
    element("path", { d: lines, stroke: ink, fill: "none", opacity: "0.7" }) + parts.join("");
}
