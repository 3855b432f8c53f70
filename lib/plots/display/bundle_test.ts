import assert from "node:assert/strict";
import { DISPLAY } from "./displayable.ts";
import { figureBundle, interactiveFigures, stillBundle } from "./figure_bundle.ts";
import { showImages, showPng } from "./picture_bundle.ts";
import { table } from "./table_bundle.ts";
import { showText } from "./text_bundle.ts";

Deno.test("table() shows itself with every text escaped and numbers to the right", async () => {
  const shown = table({
    caption: "A & B",
    columns: ["name", "count"],
    rows: [[["<b>", "small | print"], 1234567]],
    note: "note",
  });
  const bundle = await shown[DISPLAY]();
  assert.match(String(bundle["text/html"]), /&lt;b&gt;<br><small[^>]*>small \| print/);
  assert.match(String(bundle["text/html"]), /text-align:right[^>]*>1,234,567/);
  assert.match(String(bundle["text/markdown"]), /\| <b><br>small \\\| print \| 1,234,567 \|/);
  const written = table({ columns: ["n", "of"], rows: [["0.25", "240"], ["−1.50", "3 of 4"]] });
  const { "text/markdown": markdown } = await written[DISPLAY]();
  assert.match(String(markdown), /\| ---: \| --- \|/);
  assert.throws(() => table({ columns: ["a"], rows: [["b", "c"]] }), /1 cells in every row, got 2 in row 0/);
});

Deno.test("showImages() shows a PNG and its words; showPng() refuses other bytes", async () => {
  const pixels = new Uint8Array(48).fill(9);
  const grid = {
    title: 'A "title"',
    rows: [{ name: "row", cells: [{ images: [{ width: 4, height: 4, pixels }] }] }],
  };
  const bundle = await (await showImages(grid))[DISPLAY]();
  assert.match(String(bundle["image/png"]), /^iVBORw0KGgo/);
  assert.match(String(bundle["text/html"]), /alt="A &quot;title&quot;"/);
  assert.equal(bundle["text/plain"], 'A "title"');
  await assert.rejects(async () => await showPng(new Uint8Array(9), { alt: "x" })[DISPLAY](), TypeError);
});

Deno.test("interactiveFigures() puts plotly.js into one script element", async () => {
  const html = String((await interactiveFigures()[DISPLAY]())["text/html"]);
  assert.equal(html.split("</script").length - 1, 1);
});

Deno.test("stillBundle() holds the figure's still forms and nothing that runs", () => {
  const figure = {
    id: "line",
    caption: "A line.",
    data: [{ type: "scatter", mode: "lines", x: [0, 1], y: [0, 1] }],
    layout: {},
  } as const;
  const { "application/vnd.plotly.v1+json": live, ...rest } = figureBundle(figure);
  const still = stillBundle(figure);
  assert.ok(live !== undefined);
  assert.deepEqual(Object.keys(still).sort(), Object.keys(rest).sort());
  assert.ok(!String(still["text/html"]).includes("<script"));
  assert.match(String(still["text/html"]), /<svg[\s\S]*A line\./);
});

Deno.test("showText() shows text as it is", async () => {
  assert.deepEqual(await showText('one "line"\nand another')[DISPLAY](), {
    "text/plain": 'one "line"\nand another',
  });
});
