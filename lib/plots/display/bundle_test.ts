import assert from "node:assert/strict";
import { DISPLAY } from "./displayable.ts";
import { interactiveFigures } from "./figure_bundle.ts";
import { showImages, showPng } from "./picture_bundle.ts";
import { table } from "./table_bundle.ts";

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
