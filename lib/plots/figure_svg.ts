/**
 * A still picture of a figure without a browser: SVG from the same Plotly JSON that the page renders. Plotly's own export needs a browser;
 * Vega and Observable Plot render without one, but from other descriptions, so that a figure would have to be written twice.
 */
import { encodePng, initialiseSvg, rasterise } from "../raster/mod.ts";
import type { BarTrace, FigureSpec, ScatterTrace, Trace } from "./figure_spec.ts";
import { seriesLook } from "./palette.ts";
import { annotationSvg, shapeSvg } from "./svg/annotations.ts";
import type { AxisScale } from "./svg/axis_scale.ts";
import { dashes, element, markerPath, px, words } from "./svg/elements.ts";
import { barMarks, heatmapMarks, scatterMarks } from "./svg/marks.ts";
import { type Area, axesSvg, axisOf, placeAxes, subplots } from "./svg/subplots.ts";
import { textWidth, wrapText } from "./text_width.ts";

/** How a still picture is rendered. */
export interface SvgOptions {
  /** "paper" (default): dark on white. "page": in the page's own text colour on a clear ground, for light and dark themes. */
  readonly theme?: "paper" | "page";
}

/** Pixels of a still picture whose layout names no width. */
export const STILL_WIDTH = 760;
const HEIGHT = 440;
const LEGEND_LINE = 20;

/** Colour of a trace: its own, else the palette's by place. */
function colourOf(trace: Trace, i: number): string {
  if (trace.type === "heatmap") return seriesLook(i).colour;
  const line = trace.type === "scatter" ? trace.line?.color : undefined;
  return trace.marker?.color ?? line ?? seriesLook(i).colour;
}

interface Entry {
  readonly trace: Trace;
  readonly colour: string;
  readonly width: number;
}

/** Legend entries in lines that fit the width. */
function legendLines(figure: FigureSpec, width: number): Entry[][] {
  const named = figure.data.map((trace, i) => ({ trace, colour: colourOf(trace, i) })).filter(({ trace }) =>
    trace.name !== undefined && trace.showlegend !== false
  );
  if (!(figure.layout.showlegend ?? named.length > 1)) return [];
  const lines: Entry[][] = [];
  let used = Infinity;
  for (const { trace, colour } of named) {
    const entry = { trace, colour, width: 34 + 12 * textWidth(trace.name as string) };
    if (used + entry.width > width) {
      lines.push([]);
      used = 0;
    }
    used += entry.width;
    lines.at(-1)?.push(entry);
  }
  return lines;
}

function legendMark({ trace, colour }: Entry, x: number, y: number): string {
  if (trace.type !== "scatter") {
    return element("rect", { x, y: y - 5, width: 18, height: 10, fill: colour });
  }
  const line = trace.mode.includes("lines")
    ? element("path", {
      d: `M${px(x)} ${px(y)}h18`,
      stroke: colour,
      "stroke-width": trace.line?.width ?? 2,
      "stroke-dasharray": dashes(trace.line?.dash),
    })
    : "";
  const size = Math.min(9, Math.max(6, trace.marker?.size ?? 7));
  const marker = trace.mode.includes("markers")
    ? element("path", { d: markerPath(trace.marker?.symbol ?? "circle", [x + 9, y], size), fill: colour })
    : "";
  return line + marker;
}

function tracesSvg(figure: FigureSpec, scales: ReadonlyMap<string, AxisScale>, ink: string): string {
  const stacked = figure.layout.barmode === "stack";
  const bases = new Map<string, Map<string, number>>();
  const keyOf = ({ xaxis = "x", yaxis = "y" }: Trace) => `${xaxis} ${yaxis}`;
  const bars = figure.data.filter((trace): trace is BarTrace => trace.type === "bar");
  return figure.data.map((trace, i) => {
    const frame = {
      x: scales.get(trace.xaxis ?? "x") as AxisScale,
      y: scales.get(trace.yaxis ?? "y") as AxisScale,
      colour: colourOf(trace, i),
      ink,
    };
    if (trace.type === "heatmap") return heatmapMarks(trace, frame);
    if (trace.type === "scatter") {
      const before = figure.data.slice(0, i).findLast((other): other is ScatterTrace =>
        other.type === "scatter" && keyOf(other) === keyOf(trace)
      );
      return scatterMarks(trace, frame, before);
    }
    const group = bars.filter((other) => keyOf(other) === keyOf(trace));
    if (!stacked) return barMarks(trace, frame, { slot: group.indexOf(trace), slots: group.length });
    const base = bases.get(keyOf(trace)) ?? new Map<string, number>();
    bases.set(keyOf(trace), base);
    const marks = barMarks(trace, frame, { slot: 0, slots: 1, base: new Map(base) });
    const [names, lengths] = trace.orientation === "h" ? [trace.y, trace.x] : [trace.x, trace.y];
    names.forEach((name, j) =>
      base.set(String(name), (base.get(String(name)) ?? 0) + Number(lengths[j] ?? 0))
    );
    return marks;
  }).join("");
}

/** Room for the longest label on the left and on the right. */
function margins(figure: FigureSpec): { left: number; right: number; bottom: number } {
  let left = 24, bottom = 26;
  for (const { x, y } of subplots(figure)) {
    const yAxis = axisOf(figure, y), xAxis = axisOf(figure, x);
    if ((xAxis.domain?.[0] ?? 0) === 0 && yAxis.visible !== false) {
      const names = figure.data.filter((trace) => (trace.yaxis ?? "y") === y).flatMap((trace) =>
        (trace.y as readonly unknown[]).filter((value): value is string => typeof value === "string")
      );
      const labels = yAxis.showticklabels === false
        ? []
        : yAxis.ticktext ?? (names.length > 0 ? names : ["0.000"]);
      const widest = Math.max(0, ...labels.map((label) => 11 * textWidth(label)));
      left = Math.max(left, widest + 14 + (yAxis.title ? 22 : 0));
    }
    if (xAxis.visible === false) continue;
    const names = figure.data.filter((trace) => (trace.xaxis ?? "x") === x).flatMap((trace) =>
      (trace.x as readonly unknown[]).filter((value): value is string => typeof value === "string")
    );
    const labels = xAxis.ticktext ?? [...new Set(names)];
    const longest = Math.max(0, ...labels.map((label) => label.length));
    const share = (xAxis.domain?.[1] ?? 1) - (xAxis.domain?.[0] ?? 0);
    const room = (figure.layout.width ?? STILL_WIDTH) * 0.85 * share / Math.max(1, labels.length);
    const slant = longest * 6.6 > room ? longest * 3 : 0;
    bottom = Math.max(bottom, 26 + slant + (xAxis.title ? 20 : 0));
  }
  const outside = figure.data.some((trace) =>
    trace.type === "bar" && trace.orientation === "h" && trace.text
  );
  return { left, right: outside ? 64 : 20, bottom };
}

/** The figure as an SVG document. */
export function figureSvg(figure: FigureSpec, options: SvgOptions = {}): string {
  const page = options.theme === "page";
  const ink = page ? "currentColor" : "#1b1f24";
  const { width = STILL_WIDTH, height = HEIGHT, title, annotations = [], shapes = [] } = figure.layout;
  const { left, right, bottom } = margins(figure);
  const titleLines = title ? wrapText(title.text, (width - 40) / 15, { bold: true }) : [];
  const legend = legendLines(figure, width - 30);
  const above = annotations.some(({ yref, y }) => yref === "paper" && Number(y) >= 1) ? 24 : 12;
  const top = titleLines.length * 20 + above + (titleLines.length > 0 ? 8 : 0);
  const area: Area = {
    left,
    top,
    width: width - left - right,
    height: height - top - bottom - legend.length * LEGEND_LINE - (legend.length > 0 ? 8 : 0),
  };
  const scales = placeAxes(figure, area);
  const frames = { area, scales, ink };
  const parts = [
    page ? "" : `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...titleLines.map((line, i) =>
      words(line, [14, 10 + i * 20], { colour: ink, size: 15, bold: true, anchor: "start", align: 0 })
    ),
    ...subplots(figure).map((pair) => axesSvg(figure, scales, { ...pair, ink })),
    ...shapes.map((shape) => shapeSvg(shape, frames)),
    tracesSvg(figure, scales, ink),
    ...annotations.map((annotation) => annotationSvg(annotation, frames)),
  ];
  legend.forEach((line, row) => {
    let x = 16;
    const y = height - 12 - (legend.length - 1 - row) * LEGEND_LINE;
    for (const entry of line) {
      parts.push(legendMark(entry, x, y));
      parts.push(words(entry.trace.name as string, [x + 23, y], { colour: ink, anchor: "start" }));
      x += entry.width;
    }
  });
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-label": figure.caption,
    "font-family": "DejaVu Sans, Verdana, sans-serif",
    "font-size": 12,
    style: page ? "max-width:100%;height:auto" : undefined,
  }, parts.join(""));
}

/** The figure as the bytes of a PNG file, dark on white. @param options.zoom pixels per unit of the figure, default 2. */
export async function figurePng(
  figure: FigureSpec,
  options: { zoom?: number } = {},
): Promise<Uint8Array> {
  const { zoom = 2 } = options;
  await initialiseSvg();
  const { width = STILL_WIDTH, height = HEIGHT } = figure.layout;
  const raster = rasterise(figureSvg(figure), { text: true, fit: Math.max(width, height) * zoom });
  const pixels = new Uint8Array(raster.width * raster.height * 3);
  for (let i = 0, o = 0; i < raster.pixels.length; i += 4, o += 3) {
    pixels.set(raster.pixels.subarray(i, i + 3), o);
  }
  return encodePng({ width: raster.width, height: raster.height, pixels });
}
