/** What plotly.js is given, in the notebook and on a page. It runs in the browser only: under Deno its import fails. */
import { readPackageFile } from "../raster/mod.ts";
import type { Axis, FigureSpec, Trace } from "./figure_spec.ts";
import { SEQUENTIAL, SERIES } from "./palette.ts";
import { wrapText } from "./text_width.ts";

/** plotly.js, minified, with the marks of {@link FigureSpec} (1.5 MB; the whole is 4.8 MB). */
export function plotlySource(): string {
  const bytes = readPackageFile("plotly.js-cartesian-dist-min/plotly-cartesian.min.js");
  // A page's script ends at the first closing tag, wherever it stands.
  return new TextDecoder().decode(bytes).replaceAll("</script", "<\\/script");
}

/** Plotly's options: nothing is uploaded, nothing is advertised. */
const PLOTLY_CONFIG: Readonly<Record<string, unknown>> = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d"],
};

/** Whether words stand at the right end of bars. */
const hasEndLabels = ({ data }: FigureSpec) =>
  data.some((trace) => trace.type === "bar" && trace.orientation === "h" && trace.text !== undefined);

/** Whether marks are too small for a legend. */
const isCloud = ({ data }: FigureSpec) =>
  data.some((trace) => trace.type === "scatter" && trace.mode === "markers" && (trace.marker?.size ?? 6) < 5);

/** A trace with the still picture's looks where it names none of its own. */
function plotlyTrace(trace: Trace): Record<string, unknown> {
  if (trace.type === "heatmap") return { colorscale: SEQUENTIAL, showscale: false, ...trace };
  return trace.type === "bar" ? { cliponaxis: false, ...trace } : { ...trace };
}

/** Pixels. */
const FONT_SIZE = 12;

/** What every axis has: room for its labels, and small numbers as powers of ten, not as "6μ". */
const AXIS = { automargin: true, exponentformat: "power" } as const;

/** An axis with its title in the size of all words, as in the still picture; plotly.js would take a larger one. */
function plotlyAxis(axis: Axis): Record<string, unknown> {
  const title = axis.title && { ...axis.title, font: { size: FONT_SIZE } };
  return { ...AXIS, ...axis, ...(title ? { title } : {}) };
}

/** Width of a caption's lines in em, and height of one in pixels. */
const CAPTION_WIDTH = 66;
const CAPTION_LINE = 15;

/**
 * Data, layout and options as plotly.js takes them, with the legend where the still picture has it.
 *
 * @param options.caption whether the caption stands below the title, for front ends that show nothing else of the figure.
 */
export function plotlyJson(
  figure: FigureSpec,
  options: { caption?: boolean } = {},
): { data: unknown; layout: Record<string, unknown>; config: unknown } {
  const { width: _, height = 440, title, ...rest } = figure.layout;
  const caption = options.caption ? wrapText(figure.caption, CAPTION_WIDTH) : [];
  const room = caption.length > 0 ? (caption.length + 1) * CAPTION_LINE : 0;
  const layout: Record<string, unknown> = {
    height: height + room,
    autosize: true,
    margin: { l: 60, r: hasEndLabels(figure) ? 80 : 20, t: (title ? 56 : 30) + room, b: 60 },
    legend: {
      orientation: "h",
      x: 0,
      y: 0,
      yref: "container",
      yanchor: "bottom",
      // The marks of a dense cloud would not be seen in the legend.
      ...(isCloud(figure) ? { itemsizing: "constant" } : {}),
    },
    xaxis: AXIS,
    yaxis: AXIS,
    hovermode: "closest",
    colorway: SERIES.map(({ colour }) => colour),
    modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(127,127,127,0.6)", activecolor: "#7f7f7f" },
    font: { family: "DejaVu Sans, Verdana, sans-serif", size: FONT_SIZE },
    title: {
      text: title ? `<b>${title.text}</b>` : "",
      ...(caption.length > 0 ? { subtitle: { text: caption.join("<br>"), font: { size: 11 } } } : {}),
      x: 0.01,
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 14 },
      font: { size: 15 },
    },
  };
  for (const [key, value] of Object.entries(rest)) {
    layout[key] = /^[xy]axis/.test(key) ? plotlyAxis(value as Axis) : value;
  }
  // Left to itself, plotly.js hangs words on the nearest side of the plotting area; the still picture centres them.
  layout["annotations"] = figure.layout.annotations?.map((each) => ({
    xanchor: "center",
    yanchor: "middle",
    ...each,
  }));
  // A figure that follows its box loses its height where the box has none: JupyterLab's renderer, which minds the width itself.
  const config = { ...PLOTLY_CONFIG, responsive: !options.caption };
  return { data: figure.data.map(plotlyTrace), layout, config };
}

/** JSON that may stand inside a script element. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}

/**
 * JavaScript that puts the live figure in the place of its still picture: in the page's text colour on a clear ground, so that it follows
 * light and dark themes. Does nothing where plotly.js is not on the page.
 */
export function upgradeScript(elementId: string, figure: FigureSpec): string {
  return `(function (id, f) {
  var box = document.getElementById(id);
  if (!box || !window.Plotly) return;
  var live = document.createElement("div");
  live.style.width = "100%";
  live.style.height = f.layout.height + "px";
  var ink = getComputedStyle(box).color;
  var axis = { gridcolor: "rgba(127,127,127,0.25)", zerolinecolor: "rgba(127,127,127,0.5)", linecolor: ink };
  Object.keys(f.layout).concat("xaxis", "yaxis").forEach(function (key) {
    if (/^[xy]axis/.test(key)) f.layout[key] = Object.assign({}, axis, f.layout[key]);
  });
  (f.layout.annotations || []).forEach(function (a) { a.arrowcolor = a.arrowcolor || ink; });
  f.data.forEach(function (t) { if (t.error_y && t.type === "bar") t.error_y.color = ink; });
  // A finger moves the page; boxes to zoom into are for pointers.
  if (window.matchMedia("(pointer: coarse)").matches) f.layout.dragmode = false;
  f.layout.paper_bgcolor = f.layout.plot_bgcolor = "rgba(0,0,0,0)";
  f.layout.font = Object.assign({}, f.layout.font, { color: ink });
  var still = box.firstElementChild;
  box.insertBefore(live, still);
  window.Plotly.newPlot(live, f.data, f.layout, f.config).then(function () { still.style.display = "none"; });
})(${scriptJson(elementId)}, ${scriptJson(plotlyJson(figure))});`;
}
