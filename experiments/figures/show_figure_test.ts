import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/mod.ts";
import { DISPLAY } from "../../lib/plots/mod.ts";
import { showFigure } from "./show_figure.ts";

const folder = (path: string) => fileURLToPath(new URL(`../../results/${path}`, import.meta.url));

Deno.test("showFigure() shows diagrams, pictures and plots in forms that need no script", async () => {
  const forms = async (path: string, id?: string) => {
    const bundle = await (await showFigure(folder(path), id ? { id } : {}))[DISPLAY]();
    assert.match(String(bundle["text/plain"]), /Mini scale/);
    assert.match(String(bundle["text/html"]), /<svg|<img/);
    return Object.keys(bundle).sort();
  };
  assert.deepEqual(await forms("fig3/mini-quick"), ["image/svg+xml", "text/html", "text/plain"]);
  assert.deepEqual(await forms("fig5/mini-quick"), ["image/png", "text/html", "text/plain"]);
  const plot = ["application/vnd.plotly.v1+json", "image/svg+xml", "text/html", "text/plain"];
  assert.deepEqual(await forms("fig9/mini-quick", "fig9-scores"), plot);
});

Deno.test("showFigure() says what there is when a folder or a graphic is not", async () => {
  await assert.rejects(showFigure(folder("nowhere")), UserError);
  await assert.rejects(showFigure(folder("fig5/mini-quick"), { id: "fig6" }), /knows fig5 in .*, got fig6/);
});
