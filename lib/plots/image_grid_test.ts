import assert from "node:assert/strict";
import { renderImageGrid } from "./image_grid.ts";
import { textWidth, wrapText } from "./text_width.ts";

const red = { width: 4, height: 4, pixels: new Uint8Array(48).map((_, i) => (i % 3 === 0 ? 255 : 0)) };

Deno.test("wrapText() keeps every word and the limit when a text is long", () => {
  const text = "a surprised person with blonde hair in a yellow hoodie, purple background";
  const lines = wrapText(text, 14);
  assert.equal(lines.join(" "), text);
  for (const line of lines) assert.ok(textWidth(line) <= 14, line);
});

Deno.test("wrapText() ends in an ellipsis when lines are cut", () => {
  const lines = wrapText("one two three four five six seven", 5, { most: 2 });
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /…$/);
});

Deno.test("renderImageGrid() enlarges images by whole pixels and escapes text when captions hold markup", async () => {
  const sheet = await renderImageGrid({
    title: "A <title> & more",
    columns: ["column"],
    rows: [{ name: "row", cells: [{ images: [red, red], captions: [{ text: "<b>caption</b>" }] }] }],
  }, { zoom: 3 });
  let count = 0;
  for (let i = 0; i < sheet.pixels.length; i += 3) {
    if (sheet.pixels[i] === 255 && sheet.pixels[i + 1] === 0 && sheet.pixels[i + 2] === 0) count++;
  }
  assert.equal(count, 2 * 16 * 9);
});

Deno.test("renderImageGrid() interpolates between pixels when it is asked to, and not otherwise", async () => {
  const half = { width: 2, height: 1, pixels: Uint8Array.from([255, 0, 0, 0, 0, 255]) };
  const between = async (smooth: boolean) => {
    const { pixels } = await renderImageGrid({ rows: [{ name: "", cells: [{ images: [half] }] }] }, {
      zoom: 8,
      smooth,
    });
    let count = 0;
    for (let i = 0; i < pixels.length; i += 3) {
      if (pixels[i]! > 40 && pixels[i]! < 215 && pixels[i + 1]! < 40 && pixels[i + 2]! > 40) count++;
    }
    return count;
  };
  assert.equal(await between(false), 0);
  assert.ok(await between(true) >= 8);
});

Deno.test("renderImageGrid() throws when there is nothing to show", async () => {
  await assert.rejects(renderImageGrid({ rows: [] }), RangeError);
  await assert.rejects(
    renderImageGrid({ rows: [{ name: "r", cells: [{ images: [red] }] }] }, { zoom: 1.5 }),
    RangeError,
  );
});

Deno.test("wrapText() breaks behind a hyphen when a word alone is too wide", () => {
  const limit = textWidth("IPAdapter-", { bold: true });
  assert.deepEqual(wrapText("IPAdapter-Instruct", limit, { bold: true }), ["IPAdapter-", "Instruct"]);
  assert.deepEqual(wrapText("well-kept", 1000), ["well-kept"]);
});
