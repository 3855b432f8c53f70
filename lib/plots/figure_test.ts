import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { DISPLAY } from "./display/displayable.ts";
import { figure } from "./figure.ts";
import type { FigureSpec } from "./figure_spec.ts";
import { figureHtml } from "./figure_html.ts";
import { figurePng, figureSvg } from "./figure_svg.ts";
import { SERIES } from "./palette.ts";
import { plotlyJson } from "./plotly.ts";
import { axisScale, niceStep, tickLabel } from "./svg/axis_scale.ts";

const [style, face] = [SERIES[1]!, SERIES[4]!];

/** Every mark once. */
const MARKS: FigureSpec = {
  id: "marks",
  caption: 'Mini scale. <script>alert("x")</script>',
  data: [
    { type: "scatter", mode: "lines", x: [1, 2, 2, 1], y: [3, 3, 1, 1], fill: "toself", fillcolor: "#eee" },
    {
      type: "scatter",
      mode: "lines+markers",
      name: "style & more",
      x: [0, 1, 2, 3],
      y: [1, 4, null, 2],
      line: { color: style.colour, dash: "dash" },
      marker: { color: style.colour, symbol: style.symbol },
      error_y: { type: "data", array: [0.5, 0.5, 0, 0.25] },
    },
    { type: "bar", name: "bars", x: ["a", "b"], y: [1, 3], xaxis: "x2", yaxis: "y2" },
    { type: "bar", name: "more", x: ["a", "b"], y: [2, 1], xaxis: "x2", yaxis: "y2" },
    { type: "heatmap", z: [[0, 1], [1, 0]], x: ["p", "q"], y: ["r", "s"], xaxis: "x3", yaxis: "y3" },
  ],
  layout: {
    title: { text: "Every mark" },
    xaxis: { domain: [0, 0.3], title: { text: "steps" } },
    xaxis2: { domain: [0.36, 0.64] },
    xaxis3: { domain: [0.72, 1] },
    yaxis2: { anchor: "x2" },
    yaxis3: { anchor: "x3" },
    shapes: [{ type: "line", x0: 0, x1: 3, y0: 2, y1: 2, line: { dash: "dot", color: face.colour } }],
    annotations: [{ text: "here", x: 1, y: 4, ax: 2, ay: 4.2, axref: "x", ayref: "y", showarrow: true }],
  },
};

Deno.test("figureSvg() renders the kept picture; UPDATE_SNAPSHOTS=1 keeps a new one", () => {
  const rendered = figureSvg(MARKS).replaceAll("><", ">\n<") + "\n";
  const file = new URL("testdata/marks.svg.txt", import.meta.url);
  if (Deno.env.get("UPDATE_SNAPSHOTS") === "1") writeFileSync(file, rendered);
  assert.equal(rendered, readFileSync(file, "utf8"));
});

Deno.test("figureSvg() holds no NaN and no markup of its caption, and takes the page's colour when asked", () => {
  const page = figureSvg(MARKS, { theme: "page" });
  assert.doesNotMatch(page, /NaN|undefined|<script/);
  assert.match(page, /currentColor/);
  assert.doesNotMatch(figureSvg(MARKS), /currentColor/);
});

Deno.test("figurePng() gives a PNG of twice the figure's size", async () => {
  const png = await figurePng(MARKS);
  const view = new DataView(png.buffer, png.byteOffset);
  assert.deepEqual([view.getUint32(16), view.getUint32(20)], [1520, 880]);
});

Deno.test("figure() shows itself in every form a front end may want, and stays plain JSON", async () => {
  const shown = figure(MARKS);
  const bundle = await shown[DISPLAY]();
  assert.deepEqual(Object.keys(bundle), [
    "application/vnd.plotly.v1+json",
    "text/html",
    "image/svg+xml",
    "text/plain",
  ]);
  const plotly = bundle["application/vnd.plotly.v1+json"] as { config: { showSendToCloud: boolean } };
  assert.equal(plotly.config.showSendToCloud, false);
  const titled = plotlyJson({ ...MARKS, layout: { xaxis: { title: { text: "step" } } } }).layout;
  const { title } = titled["xaxis"] as { title: unknown };
  assert.deepEqual(title, { text: "step", font: { size: 12 } }, "as large as in the still picture");
  assert.match(String(bundle["text/html"]), /<svg/);
  assert.doesNotMatch(String(bundle["text/html"]), /<script>alert|"<script/);
  assert.deepEqual(JSON.parse(JSON.stringify(shown)), JSON.parse(JSON.stringify(MARKS)));
  assert.deepEqual(await shown[DISPLAY](), bundle);
});

Deno.test("figure() throws when a trace has more x than y", () => {
  const data = [{ type: "bar", x: ["a", "b"], y: [1] }] as const;
  assert.throws(() => figure({ ...MARKS, data }), /trace 0 of marks has 2 and 1/);
});

Deno.test("figureHtml() holds plotly.js once and loads nothing from elsewhere", () => {
  const page = figureHtml([MARKS, MARKS], { title: "<b>" });
  assert.equal(page.split(/plotly\.js [^\n]*v4\./).length - 1, 1);
  assert.doesNotMatch(page, /<(?:script|link|img)[^>]*(?:src|href)=/);
  assert.match(page, /<title>&lt;b&gt;<\/title>/);
});

Deno.test("axisScale() places values, categories and logarithms when the range rises or falls", () => {
  const linear = axisScale({ range: [0, 10] }, [], { pixels: [100, 200] });
  assert.equal(linear.place(5), 150);
  const reversed = axisScale({ autorange: "reversed" }, ["a", "b"], { pixels: [0, 100] });
  assert.deepEqual([reversed.place("a"), reversed.place("b")], [75, 25]);
  const log = axisScale({ type: "log", range: [0, 3] }, [], { pixels: [0, 300] });
  assert.equal(log.place(100), 200);
  assert.deepEqual(log.ticks.map(({ label }) => label), ["1", "10", "100", "1000"]);
});

Deno.test("axisScale() labels two places at least, on an axis as short as a panel's", () => {
  for (let span = 0.1; span < 1; span += 0.01) {
    for (const low of [0, 0.123, 0.377]) {
      const { ticks } = axisScale({ range: [low, low + span] }, [], { pixels: [143, 0] });
      assert.ok(ticks.length >= 2 && ticks.length <= 7, `${ticks.length} from ${low} over ${span}`);
    }
  }
});

Deno.test("niceStep() and tickLabel() give short round numbers", () => {
  assert.deepEqual([0.7, 3, 45, 100].map((span) => niceStep(span, 5)), [0.2, 1, 10, 20]);
  assert.deepEqual([tickLabel(-0.5, 0.1), tickLabel(0, 1), tickLabel(2.5e6, 5e5)], ["−0.5", "0", "2.5M"]);
});
