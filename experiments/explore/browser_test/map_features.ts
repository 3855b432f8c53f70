/// <reference lib="dom" />
/** What the maps do, step by step in a real browser. */
import assert from "node:assert/strict";
import { chosen, count, PATIENCE, type Shown } from "./explorer_page.ts";
import { type FeatureRun, knownOn } from "./feature_run.ts";

/** Layouts, undoing, choosing, colours. */
export async function mapFeatures({ step, its, sizes }: FeatureRun): Promise<void> {
  const { page } = its;
  const known = knownOn(sizes);

  await step("moves the marks from layout to layout, in the plane and in space", async () => {
    const before = (await its.traces())[0]!.x;
    const quality = async () => (await page.locator(".quality dd").allTextContents()).map(Number);
    const scores = await quality();
    assert.ok(scores.length === 3 && scores.every((score) => score > 0 && score <= 1), scores.join());
    await page.getByLabel("Layout", { exact: true }).selectOption("pca2");
    const after = await its.until("other places", ([first]) => first!.x[0] !== before[0]);
    assert.ok(Number(await page.locator(".plot").getAttribute("data-frames")) >= 1, "they jumped");
    assert.equal(after[0]!.x.length, before.length);
    assert.notDeepEqual(await quality(), scores);
    await page.getByLabel("Layout", { exact: true }).selectOption("umap3");
    const solid = await its.until("space", (traces) => traces.every(({ type }) => type === "scatter3d"));
    const looks = solid.filter(({ name }) => name.endsWith(", training")).map(({ text, marker }) =>
      text ?? marker.symbol
    );
    assert.equal(new Set(looks).size, 5, "a shape for each task");
    assert.equal(count(await its.traces(), "training"), 5 * sizes.train);
    await page.getByLabel("Layout", { exact: true }).selectOption("tsne2");
    await its.until(
      "the plane again",
      ([first]) => first!.type === "scattergl" && first!.x[0] === before[0],
    );
  });

  await step("undoes and redoes, by buttons, keys and the browser's own", async () => {
    const layout = () => page.locator(".plot").getAttribute("data-layout");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForSelector(".plot[data-layout=umap3]");
    await page.locator("h1").click();
    await page.keyboard.press("Control+z");
    await page.waitForSelector(".plot[data-layout=pca2]");
    await page.keyboard.press("Control+Shift+z");
    await page.waitForSelector(".plot[data-layout=umap3]");
    await page.goForward();
    await page.waitForSelector(".plot[data-layout=tsne2]");
    await its.settled();
    assert.equal(await layout(), "tsne2");
    assert.ok(await page.getByRole("button", { name: "Redo" }).isDisabled());
  });

  await step("chooses by box and by lasso, in both maps and the table alike", async () => {
    await page.getByRole("button", { name: "Two maps" }).click();
    await page.locator(".plot").nth(1).waitFor();
    await its.settled();
    await page.getByRole("button", { name: "Choose by box" }).first().click();
    await page.waitForSelector(".plot[data-drag=select]");
    const box = (await page.locator(".plot").first().boundingBox())!;
    const at = (x: number, y: number) => ({ x: box.x + x * box.width, y: box.y + y * box.height });
    await its.drag([at(0.02, 0.02), at(0.55, 0.7)]);
    await its.tab("Table");
    /** What both maps and the table say is chosen, once they agree on something new: a drag chooses in passing, too. */
    const agreed = async (last: number) => {
      let [here, beside, said] = [0, 0, ""];
      for (const began = performance.now(); performance.now() - began < PATIENCE;) {
        [here, beside] = [chosen(await its.traces()), chosen(await its.traces(1))];
        said = await page.locator(".counts b").textContent() ?? "";
        if (here > 0 && here !== last && here === beside && said === `${here} chosen`) return here;
        await page.waitForTimeout(50);
      }
      throw new Error(`waited in vain for one choice: ${here}, ${beside}, “${said}”`);
    };
    const boxed = await agreed(0);
    assert.ok(boxed < known);
    await page.getByRole("button", { name: "Choose by lasso" }).first().click();
    await page.waitForSelector(".plot[data-drag=lasso]");
    await its.drag([at(0.3, 0.3), at(0.85, 0.3), at(0.85, 0.85), at(0.3, 0.85), at(0.3, 0.31)]);
    const lassoed = await agreed(boxed);
    const counts = (await page.locator(".counts li").allTextContents()).map((each) =>
      Number(/\d+$/.exec(each)![0])
    );
    assert.equal(counts.reduce((a, b) => a + b), lassoed);
    await page.getByRole("button", { name: "Choose none" }).click();
    await its.until("no choice", (traces) => chosen(traces) === 0);
    await page.getByRole("button", { name: "Two maps" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".plot").length === 1);
  });

  await step("colours by each attribute and hides what the legend hides", async () => {
    const shades = (traces: Shown[]) => JSON.stringify(traces.map(({ marker }) => marker.color));
    let last = shades(await its.traces());
    for (const by of ["length", "opening", "template", "margin"]) {
      await page.getByLabel("Colour by").selectOption(by);
      last = shades(await its.until(by, (traces) => shades(traces) !== last));
      await page.locator(by === "length" || by === "margin" ? ".ramp" : ".named").waitFor();
    }
    await page.getByLabel("Colour by").selectOption("task");
    await page.getByRole("button", { name: "held out" }).click();
    await its.until("no held-out ones", (traces) => count(traces, "held out") === 0);
    await page.getByRole("button", { name: "held out" }).click();
    await its.until("held-out ones", (traces) => count(traces, "held out") === 5 * sizes.heldOut);
  });
}
