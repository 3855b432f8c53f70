/** Traces as SVG: points, lines, bands, bars with error bars, heat maps. */
import type { BarTrace, Datum, ErrorBars, HeatmapTrace, ScatterTrace } from "../figure_spec.ts";
import { SEQUENTIAL } from "../palette.ts";
import type { AxisScale } from "./axis_scale.ts";
import { dashes, element, markerPath, px, words } from "./elements.ts";
import { escapeHtml } from "../escape_html.ts";
import { channel, mixColours } from "../mix_colours.ts";

/** Where a trace is rendered and with what. */
export interface MarkFrame {
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly colour: string;
  readonly ink: string;
}

/** More points than this are rendered as one path without a tip of their own. */
const MOST_TIPS = 400;

const tip = (text: string | undefined) => text ? `<title>${escapeHtml(text)}</title>` : "";

function errorBars(
  bars: ErrorBars,
  places: readonly (readonly [number, Datum])[],
  frame: MarkFrame,
  colour = frame.ink,
): string {
  const path = places.map(([x, value], i) => {
    const up = bars.array[i] ?? 0, down = bars.arrayminus?.[i] ?? up;
    const top = frame.y.place(Number(value) + up), bottom = frame.y.place(Number(value) - down);
    if (value === null || !Number.isFinite(top + bottom)) return "";
    const cap = 3;
    return `M${px(x)} ${px(top)}V${px(bottom)}M${px(x - cap)} ${px(top)}H${px(x + cap)}M${px(x - cap)} ${
      px(bottom)
    }H${px(x + cap)}`;
  }).join("");
  return element("path", { d: path, stroke: colour, "stroke-width": 1.2, fill: "none", opacity: "0.8" });
}

/** A line through points, broken where one is missing. */
function linePath(points: readonly (readonly [number, number])[]): string {
  let path = "", open = false;
  for (const [x, y] of points) {
    if (Number.isFinite(x + y)) {
      path += `${open ? "L" : "M"}${px(x)} ${px(y)}`;
      open = true;
    } else open = false;
  }
  return path;
}

/** Points, lines and areas; `before` is the trace rendered before, down to which "tonexty" fills. */
export function scatterMarks(trace: ScatterTrace, frame: MarkFrame, before?: ScatterTrace): string {
  const place = ({ x, y }: ScatterTrace) =>
    x.map((value, i) => [frame.x.place(value), frame.y.place(y[i] as Datum)] as const);
  const points = place(trace);
  const parts: string[] = [];
  const opacity = trace.opacity === undefined ? undefined : String(trace.opacity);
  if (trace.fill) {
    const edge = trace.fill === "tonexty" && before ? [...points, ...place(before).reverse()] : points;
    parts.push(element("path", { d: `${linePath(edge)}Z`, fill: trace.fillcolor ?? frame.colour, opacity }));
  }
  if (trace.mode.includes("lines") && trace.line?.width !== 0) {
    const width = trace.line?.width ?? 2;
    parts.push(element("path", {
      d: linePath(points),
      fill: "none",
      stroke: trace.line?.color ?? frame.colour,
      "stroke-width": width,
      "stroke-linejoin": "round",
      "stroke-dasharray": dashes(trace.line?.dash),
      opacity,
    }));
  }
  if (trace.error_y) {
    parts.push(
      errorBars(
        trace.error_y,
        points.map(([x], i) => [x, trace.y[i] as Datum] as const),
        frame,
        frame.colour,
      ),
    );
  }
  if (trace.mode.includes("markers")) {
    const { symbol = "circle", size = 7, opacity: alpha = trace.opacity ?? 1, line } = trace.marker ?? {};
    const look = {
      fill: frame.colour,
      opacity: alpha === 1 ? undefined : String(alpha),
      stroke: line?.color,
      "stroke-width": line?.width,
    };
    const finite = points.map(([x, y], i) => ({ x, y, i })).filter(({ x, y }) => Number.isFinite(x + y));
    const tips = finite.length <= MOST_TIPS;
    const shapes = finite.map(({ x, y, i }) => {
      const d = markerPath(symbol, [x, y], size);
      return tips ? element("path", { d }, tip(trace.hovertext?.[i] ?? trace.name)) : element("path", { d });
    });
    parts.push(element("g", look, shapes.join("")));
  }
  if (trace.mode.includes("text")) {
    const position = trace.textposition ?? "top center";
    const gap = trace.mode === "text" ? 0 : (trace.marker?.size ?? 7) / 2 + 3;
    points.forEach(([x, y], i) => {
      const right = position.endsWith("right"), left = position.endsWith("left");
      parts.push(words(trace.text?.[i] ?? "", [
        x + (right ? gap : left ? -gap : 0),
        y + (position.startsWith("top") ? -gap : position.startsWith("bottom") ? gap : 0),
      ], {
        colour: frame.ink,
        size: 11,
        anchor: right ? "start" : left ? "end" : "middle",
        align: position.startsWith("top") ? 1 : position.startsWith("bottom") ? 0 : 0.5,
      }));
    });
  }
  return parts.join("");
}

/** Bars; `slot` of `slots` traces that share the categories, or on top of `base` where they are stacked. */
export function barMarks(
  trace: BarTrace,
  frame: MarkFrame,
  options: { slot: number; slots: number; base?: ReadonlyMap<string, number> },
): string {
  const { slot, slots, base } = options;
  const flat = trace.orientation === "h";
  const along = flat ? frame.x : frame.y, across = flat ? frame.y : frame.x;
  const names = flat ? trace.y : trace.x, lengths = flat ? trace.x : trace.y;
  const room = across.unit * (slots > 1 ? 0.8 : 0.68);
  const width = room / slots;
  const centres = names.map((name) => across.place(name) - room / 2 + (slot + 0.5) * width);
  const bars = centres.map((centre, i) => {
    const from = base?.get(String(names[i])) ?? 0;
    const zero = along.place(from), end = along.place(from + Number(lengths[i]));
    if (lengths[i] === null || !Number.isFinite(zero + end)) return "";
    const [start, size] = [Math.min(zero, end), Math.abs(end - zero)];
    const box = flat
      ? { x: start, y: centre - width / 2, width: size, height: width * 0.94 }
      : { x: centre - width / 2, y: start, width: width * 0.94, height: size };
    const label = trace.textposition === "none" || !trace.text
      ? ""
      : flat
      ? words(trace.text[i] ?? "", [end + 4, centre], { colour: frame.ink, size: 11, anchor: "start" })
      : words(trace.text[i] ?? "", [centre, end - 3], { colour: frame.ink, size: 11, align: 1 });
    const title = trace.hovertext?.[i] ?? `${trace.name ?? ""} ${names[i]}: ${lengths[i]}`.trim();
    return element("rect", box, tip(title)) + label;
  });
  const group = element("g", { fill: frame.colour, opacity: trace.opacity?.toString() }, bars.join(""));
  if (!trace.error_y || flat) return group;
  return group +
    errorBars(trace.error_y, centres.map((x, i) => [x, lengths[i] as Datum] as const), frame);
}

/** A colour between the two nearest of a scale of #rrggbb colours. */
function scaleColour(share: number, scale: readonly (readonly [number, string])[]): string {
  const after = Math.max(1, scale.findIndex(([position]) => position >= Math.min(1, share)));
  const [low, from] = scale[after - 1] as [number, string], [high, to] = scale[after] as [number, string];
  return mixColours(from, to, Math.min(1, Math.max(0, (share - low) / (high - low))));
}

/** A heat map's cells. */
export function heatmapMarks(trace: HeatmapTrace, frame: MarkFrame): string {
  const all = trace.z.flat();
  const low = trace.zmin ?? all.reduce((a, b) => Math.min(a, b), Infinity);
  const high = trace.zmax ?? all.reduce((a, b) => Math.max(a, b), -Infinity);
  const [width, height] = [frame.x.unit, frame.y.unit];
  return trace.z.flatMap((row, i) =>
    row.map((value, j) => {
      const [x, y] = [frame.x.place(trace.x[j] as Datum), frame.y.place(trace.y[i] as Datum)];
      const fill = scaleColour((value - low) / (high - low || 1), trace.colorscale ?? SEQUENTIAL);
      const dark = 0.3 * channel(fill, 0) + 0.59 * channel(fill, 1) + 0.11 * channel(fill, 2) < 140;
      const cell = { x: x - width / 2, y: y - height / 2, width: width + 0.4, height: height + 0.4, fill };
      const text = trace.texttemplate ? trace.text?.[i]?.[j] : undefined;
      return element("rect", cell, tip(`${trace.y[i]}, ${trace.x[j]}: ${value}`)) +
        (text ? words(text, [x, y], { colour: dark ? "#fff" : "#1b1f24", size: 11 }) : "");
    })
  ).join("");
}
