/// <reference lib="dom" />
/** What the explorer's page does, step by step in a real browser: the same for the served page and the static one. */
import assert from "node:assert/strict";
import { count, ExplorerPage, type Shown } from "./explorer_page.ts";
import { EXAMPLE, type FeatureRun } from "./feature_run.ts";
import { mapFeatures } from "./map_features.ts";
import { pictureFeatures } from "./picture_features.ts";
import { tableFeatures } from "./table_features.ts";

/** Share of the window below which nobody sees a jump. */
const STILL = 0.005;

/** All features. */
export async function pageFeatures(run: FeatureRun): Promise<void> {
  const { step, its, context, sizes, steps } = run;
  const { page } = its;
  const near = page.getByRole("table", { name: "Ten nearest training instructions" });

  await step("opens with the map, what it is, and an example; nothing comes from elsewhere", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await its.open();
    const traces = await its.traces();
    assert.equal(count(traces, "training"), 5 * sizes.train);
    assert.equal(count(traces, "held out"), 5 * sizes.heldOut);
    assert.equal(count(traces, "fixed prompt"), 5);
    assert.ok(traces.every(({ type }) => type === "scattergl"));
    const looks = (ending: string) =>
      new Set(traces.filter(({ name }) => name.endsWith(ending)).map(({ marker }) => marker.symbol));
    assert.equal(looks("training").size, 5, "a shape for each task");
    assert.deepEqual([...looks("fixed prompt")], ["x"], "crosses");
    assert.ok(await page.getByText("Each mark is one way to tell the model").isVisible());
    assert.match(await page.getAttribute("#instruction", "placeholder") ?? "", /borrow its colours/);
    assert.ok(await page.getByRole("button", { name: EXAMPLE }).isVisible());
    assert.ok(
      asked.every((url) => url.startsWith(its.url) || url.startsWith("data:")),
      asked.join(),
    );
  });

  await step(
    "places what is typed: a star, its neighbours, shares, what decides and how far it is",
    async () => {
      await its.type(EXAMPLE);
      await its.until("a typed point", (traces) => traces.some(({ name }) => name === "typed"));
      await near.waitFor();
      assert.equal(await near.locator("tbody tr").count(), 10);
      const cosines = (await near.locator("td.number").allTextContents()).map(Number);
      assert.deepEqual(cosines, [...cosines].sort((a, b) => b - a));
      assert.ok(await page.locator(".verdict").getByText("style").isVisible());
      assert.ok(await page.getByText("Close to what was trained").isVisible());
      await page.locator(".words .for").first().waitFor();
      assert.equal(await page.locator(".words > span").count(), EXAMPLE.split(" ").length);
      assert.equal((await its.traces()).find(({ name }) => name === "nearest")!.x.length, 10);
    },
  );

  await step("shows text as text", async () => {
    await its.type("<img src=x onerror=alert(1)> use the style");
    await near.waitFor();
    assert.equal(await page.locator("img[src='x']").count(), 0);
    assert.ok(await page.locator("p.quoted").getByText("<img src=x onerror=alert(1)>").isVisible());
    await its.until(
      "both points",
      (traces) => traces.find(({ name }) => name === "typed")?.x.length === 2,
    );
    await page.getByRole("button", { name: "Remove the point “<img" }).click();
    await its.until("one point", (traces) => traces.find(({ name }) => name === "typed")?.x.length === 1);
  });

  await step("names a point", async () => {
    await page.getByLabel(`Name of the point “${EXAMPLE}”`).fill("colours");
    await page.keyboard.press("Enter");
    await its.until(
      "the name",
      (traces) => traces.find(({ name }) => name === "typed")?.text?.[0] === "colours",
    );
  });

  await step("shows an instruction on hover, and its neighbours on a click", async () => {
    const mark = await its.loneliest();
    const words = mark.text.replaceAll("<br>", " ");
    await its.hover(mark);
    await page.mouse.click(mark.x, mark.y);
    await page.getByRole("article", { name: "Known instruction" }).waitFor();
    assert.ok(await page.locator("p.quoted").getByText(words).isVisible());
  });

  await mapFeatures(run);
  await tableFeatures(run);

  await step("a link brings everything back", async () => {
    const link = page.url();
    const before = await its.traces();
    const again = new ExplorerPage(await context.newPage(), link);
    await again.page.goto(link);
    // Neighbours come after the map: all that a trace says is waited for.
    const shown = (traces: Shown[]) => JSON.stringify(traces.map(({ name, x }) => [name, x.length]));
    await again.until("all of it", (traces) => shown(traces) === shown(before));
    assert.equal(await again.page.getByRole("tab", { selected: true }).textContent(), "Table");
    assert.equal(await again.page.locator("th[aria-sort=ascending]").textContent(), "Words ↑");
    assert.ok(await again.page.getByText("Page 2 of").isVisible());
    await again.page.close();
    assert.deepEqual(again.problems, []);
  });

  await pictureFeatures(run);

  await step("is used from the first word to the pictures by keyboard alone", async () => {
    await its.open(`#steps=${steps}`);
    const { keyboard } = page;
    await its.tabTo("#instruction");
    await keyboard.type("Use the style of the image");
    await keyboard.press("Enter");
    await near.locator("tbody tr").nth(9).waitFor();
    await its.tabTo("[role=tab][aria-selected=true]");
    await keyboard.press("ArrowRight");
    await page.locator(".gallery img").nth(19).waitFor();
    await its.tabTo(".gallery input");
    await keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("condition="));
    await its.tabTo(".buttons .primary");
    await keyboard.press("Enter");
    await page.locator(".results[aria-busy=false] .picture.finished").nth(8).waitFor();
    await its.tabTo("select[aria-label='Layout']");
    await keyboard.press("ArrowDown");
    await its.until("another layout", () => page.url().includes("map="));
  });

  await step("has no serious fault of accessibility in any state, light and dark", async () => {
    const typed = `n=A&p=${encodeURIComponent(EXAMPLE)}&at=0`;
    for (
      const state of [
        "",
        `#${typed}`,
        `#${typed}&panel=pictures&theme=dark`,
        "#panel=table",
        `#${typed}&theme=dark&colour=opening`,
      ]
    ) {
      await its.open(state);
      if (state.includes("p=")) {
        await page.locator(state.includes("pictures") ? ".gallery img" : ".near").first().waitFor();
      }
      assert.deepEqual(await its.violations(), [], state);
    }
    await page.evaluate(() => document.querySelector("main")!.append(document.createElement("button")));
    assert.match((await its.violations()).join(), /^button-name/, "a nameless button is found");
  });

  await step("nothing jumps while it loads, wide and on a phone", async () => {
    const typed = `n=A&p=${encodeURIComponent(EXAMPLE)}&at=0`;
    for (const size of [{ width: 1280, height: 720 }, { width: 390, height: 800 }]) {
      await page.setViewportSize(size);
      for (const state of ["", `#${typed}`, `#${typed}&panel=pictures`, "#panel=table", "#beside=umap2"]) {
        await its.open(state);
        if (state.includes("p=")) {
          await page.locator(state.includes("pictures") ? ".gallery img" : ".words .for").first().waitFor();
        }
        const { sum, what } = await its.jumps();
        assert.ok(sum < STILL, `${size.width} px, ${state}: ${sum} of the window: ${what.join(" | ")}`);
      }
    }
    await page.evaluate(() =>
      document.querySelector("main")!.insertAdjacentHTML("beforebegin", "<p>a<br>b<br>c</p>")
    );
    await page.waitForTimeout(200);
    assert.ok((await its.jumps()).sum > STILL, "a jump is found");
  });

  await step("fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const panel of ["point", "pictures", "table"]) {
      await its.open(`#n=A&p=${encodeURIComponent(EXAMPLE)}&at=0&panel=${panel}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${panel}: ${width} px wide`);
    }
  });
}
