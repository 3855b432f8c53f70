/** What plotly.js is given, in the notebook and on a page. It runs in the browser only: under Deno its import fails. */
import { readPackageFile } from "../raster/mod.ts";
import type { FigureSpec, Trace } from "./figure.ts";
import { SEQUENTIAL, SERIES } from "./palette.ts";

/** plotly.js, minified, with the marks of {@link FigureSpec} (1.5 MB; the whole is 4.8 MB). */
export function plotlySource(): string {
  const bytes = readPackageFile("plotly.js-cartesian-dist-min/plotly-cartesian.min.js");
  // A page's script ends at the first closing tag, wherever it stands.
  return new TextDecoder().decode(bytes).replaceAll("</script", "<\\/script");
}

/** Plotly's options: nothing is uploaded, nothing is advertised. */
export const PLOTLY_CONFIG: Readonly<Record<string, unknown>> = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d"],
};

/** Whether words stand at the right end of bars. */
const hasEndLabels = ({ data }: FigureSpec) =>
  data.some((trace) => trace.type === "bar" && trace.orientation === "h" && trace.text !== undefined);

/** A trace with the still picture's looks where it names none of its own. */
function plotlyTrace(trace: Trace): Record<string, unknown> {
  if (trace.type === "heatmap") return { colorscale: SEQUENTIAL, showscale: false, ...trace };
  return trace.type === "bar" ? { cliponaxis: false, ...trace } : { ...trace };
}

/** Data, layout and options as plotly.js takes them, with the legend where the still picture has it. */
export function plotlyJson(
  figure: FigureSpec,
): { data: unknown; layout: Record<string, unknown>; config: unknown } {
  const { width: _, height = 440, title, ...rest } = figure.layout;
  const layout: Record<string, unknown> = {
    height,
    autosize: true,
    margin: { l: 60, r: hasEndLabels(figure) ? 80 : 20, t: title ? 56 : 30, b: 60 },
    legend: { orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom" },
    hovermode: "closest",
    colorway: SERIES.map(({ colour }) => colour),
    modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(127,127,127,0.6)", activecolor: "#7f7f7f" },
    font: { family: "DejaVu Sans, Verdana, sans-serif", size: 12 },
    ...(title
      ? { title: { text: `<b>${title.text}</b>`, x: 0.01, xanchor: "left", font: { size: 15 } } }
      : {}),
  };
  for (const [key, value] of Object.entries(rest)) {
    layout[key] = /^[xy]axis/.test(key) ? { automargin: true, ...value as object } : value;
  }
  return { data: figure.data.map(plotlyTrace), layout, config: PLOTLY_CONFIG };
}

/** JSON that may stand inside a script element. */
export function scriptJson(value: unknown): string {
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
  var ink = getComputedStyle(box).color;
  var axis = { gridcolor: "rgba(127,127,127,0.25)", zerolinecolor: "rgba(127,127,127,0.5)", linecolor: ink };
  Object.keys(f.layout).concat("xaxis", "yaxis").forEach(function (key) {
    if (/^[xy]axis/.test(key)) f.layout[key] = Object.assign({}, axis, f.layout[key]);
  });
  f.layout.paper_bgcolor = f.layout.plot_bgcolor = "rgba(0,0,0,0)";
  f.layout.font = Object.assign({}, f.layout.font, { color: ink });
  box.parentNode.insertBefore(live, box);
  window.Plotly.newPlot(live, f.data, f.layout, f.config).then(function () { box.style.display = "none"; });
})(${scriptJson(elementId)}, ${scriptJson(plotlyJson(figure))});`;
}
