import assert from "node:assert/strict";
import { graphicHtml, stillFile, stillName } from "./graphic.ts";
import { figurePng } from "./figure_svg.ts";
import type { FigureSpec } from "./figure_spec.ts";

const cloud = (count: number): FigureSpec => ({
  id: "cloud",
  caption: "points",
  data: [{
    type: "scatter",
    mode: "markers",
    x: Array.from({ length: count }, (_, i) => i),
    y: Array.from({ length: count }, (_, i) => (i * 7) % 100),
  }],
  layout: { width: 300, height: 200 },
});

Deno.test("stillFile() gives an SVG for few marks and a PNG for thousands", async () => {
  const few = await stillFile({ kind: "figure", figure: cloud(10) });
  assert.equal(few.name, "cloud.svg");
  assert.match(few.content as string, /^<svg/);
  const graphic = { kind: "figure", figure: cloud(5000) } as const;
  const many = await stillFile(graphic);
  assert.equal(many.name, stillName(graphic));
  assert.equal(many.name, "cloud.png");
  assert.deepEqual([...(many.content as Uint8Array).subarray(1, 4)], [80, 78, 71]);
});

Deno.test("graphicHtml() prints the caption below a picture unless its pixels show it", async () => {
  const png = await figurePng(cloud(3));
  const picture = { kind: "picture", id: "sheet", caption: "All of one noise.", png } as const;
  assert.match(graphicHtml(picture), /<figcaption[^>]*>All of one noise\./);
  const captioned = graphicHtml({ ...picture, captioned: true });
  assert.ok(!captioned.includes("<figcaption"));
  assert.match(captioned, /alt="All of one noise\."/);
});
