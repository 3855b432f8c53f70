/// <reference lib="dom" />
/** What the explorer's page does, step by step in a real browser: the same for the served page and the static one. */
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { encodePng } from "../../lib/raster/mod.ts";
import { chosen, count, ExplorerPage, PATIENCE, type Shown } from "./explorer_page.ts";

/** An instruction that all steps type. */
export const EXAMPLE = "borrow its colours but nothing else";
/** The map of these tests, small enough to be laid out in seconds. */
export const SIZES = { train: 60, heldOut: 10 };
const KNOWN = 5 * 70 + 5;

/** Where and how the steps run. */
export interface FeatureRun {
  /** Runs a step, unless one before it failed. */
  readonly step: (name: string, fn: () => Promise<void>) => Promise<void>;
  /** The page; nothing is open yet. */
  readonly its: ExplorerPage;
  readonly context: BrowserContext;
  /** Sampler steps of the pictures that are made. */
  readonly steps: number;
  /** Whether no drawing is under way; absent where nobody can tell. */
  readonly idle?: () => Promise<boolean>;
}

/** All features. */
export async function pageFeatures({ step, its, context, steps, idle }: FeatureRun): Promise<void> {
  const { page } = its;
  const near = page.getByRole("table", { name: "Ten nearest training instructions" });

  await step("opens with the map, what it is, and an example; nothing comes from elsewhere", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await its.open();
    const traces = await its.traces();
    assert.equal(count(traces, "training"), 300);
    assert.equal(count(traces, "held out"), 50);
    assert.equal(count(traces, "fixed prompt"), 5);
    assert.ok(traces.every(({ type }) => type === "scattergl"));
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
      assert.ok(await page.getByText("Far from anything trained").isVisible());
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

  await step("moves the marks from layout to layout, in the plane and in space", async () => {
    const before = (await its.traces())[0]!.x;
    await page.getByLabel("Layout", { exact: true }).selectOption("pca2");
    const after = await its.until("other places", ([first]) => first!.x[0] !== before[0]);
    assert.ok(Number(await page.locator(".plot").getAttribute("data-frames")) >= 1, "they jumped");
    assert.equal(after[0]!.x.length, before.length);
    await page.getByLabel("Layout", { exact: true }).selectOption("umap3");
    await its.until("space", (traces) => traces.every(({ type }) => type === "scatter3d"));
    assert.equal(count(await its.traces(), "training"), 300);
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
    assert.ok(boxed < KNOWN);
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
    await its.until("held-out ones", (traces) => count(traces, "held out") === 50);
  });

  await step("searches by words and by meaning", async () => {
    await page.fill("#search", "FACE image");
    await page.press("#search", "Enter");
    await its.until("hits", (traces) => chosen(traces) > 0);
    for (const text of await page.locator(".twin td:first-child").allTextContents()) {
      assert.match(text, /face/i);
      assert.match(text, /image/i);
    }
    await page.fill("#search", "the same person's looks");
    await page.getByLabel("Search by").selectOption("meaning");
    await page.press("#search", "Enter");
    await page.locator(".counts b").getByText("100 chosen").waitFor();
    await page.fill("#search", "xyzzy");
    await page.getByLabel("Search by").selectOption("words");
    await page.press("#search", "Enter");
    await page.getByRole("alert").getByText("No instruction holds “xyzzy”").waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
  });

  await step("sorts the table by keyboard", async () => {
    await page.getByRole("button", { name: "Words" }).focus();
    await page.keyboard.press("Enter");
    const words = async () => (await page.locator(".twin td:nth-child(4)").allTextContents()).map(Number);
    const falling = await words();
    assert.deepEqual(falling, [...falling].sort((a, b) => b - a));
    assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Words ↓");
    await page.keyboard.press("Enter");
    await page.waitForSelector("th[aria-sort=ascending]");
    const rising = await words();
    assert.deepEqual(rising, [...rising].sort((a, b) => a - b));
    assert.ok(rising[0]! < falling[0]!);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2 of").waitFor();
  });

  await step("exports CSV, JSON, SVG and PNG", async () => {
    const csv = await its.saved("CSV");
    assert.equal(csv.trim().split("\r\n").length, KNOWN + 1);
    assert.match(csv, /^index,text,task,split,template,words,nearest,margin\r\n/);
    const json = JSON.parse(await its.saved("JSON"));
    assert.equal(json.instructions.length, KNOWN);
    assert.equal(json.typed[0].text, EXAMPLE);
    const svg = await its.saved("SVG");
    assert.match(svg, /^<svg/);
    assert.ok(svg.includes("colours") && svg.includes("replication"));
    assert.equal((await its.saved("PNG")).slice(1, 4), "PNG");
    await page.getByLabel("Layout", { exact: true }).selectOption("pca3");
    await its.until("space", (traces) => traces.every(({ type }) => type === "scatter3d"));
    assert.equal((await its.saved("PNG")).slice(1, 4), "PNG");
    await page.getByLabel("Layout", { exact: true }).selectOption("tsne2");
    await its.until("the plane", (traces) => traces.every(({ type }) => type === "scattergl"));
  });

  await step("takes lines and files as layers, and says what is wrong with one", async () => {
    await page.getByRole("button", { name: "Add a layer" }).click();
    await page.getByLabel("Paste lines").fill("use the style\nkeep <b>the face</b>\n");
    await page.getByRole("button", { name: "Put them on the map" }).click();
    await its.until("the layer", (traces) => count(traces, "pasted.txt") === 2);
    await page.getByRole("button", { name: "Add a layer" }).click();
    const file = (name: string, content: string) => ({
      name,
      mimeType: "text/plain",
      buffer: Buffer.from(content),
    });
    await page.getByLabel("Or choose a file").setInputFiles(
      file("mine.csv", "n,text\n1,copy it all\n2,pose\n3,mood\n"),
    );
    await its.until("the file", (traces) => count(traces, "mine.csv") === 3);
    await page.getByRole("button", { name: "Remove the layer pasted.txt" }).click();
    await its.until("one layer", (traces) => count(traces, "pasted.txt") === 0);
    await page.getByRole("button", { name: "Add a layer" }).click();
    await page.getByLabel("Or choose a file").setInputFiles(file("bad.jsonl", "{"));
    await page.getByRole("alert").getByText("expected JSON in line 1").waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
  });

  await step("tells how far a long layer is, and stops it", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `use the style of picture ${i}`);
    await page.getByRole("button", { name: "Add a layer" }).click();
    await page.getByLabel("Or choose a file").setInputFiles({
      name: "long.txt",
      mimeType: "text/plain",
      buffer: Buffer.from(lines.join("\n")),
    });
    const placing = page.getByRole("status").filter({ hasText: "lines placed" });
    await placing.getByText(/^[1-9][\d,]* of 20,000 lines placed$/u).waitFor();
    await page.getByRole("button", { name: "Cancel the layer" }).click();
    await placing.waitFor({ state: "detached" });
    await its.until("no layer", (traces) => count(traces, "long.txt") === 0);
    assert.equal(await page.getByRole("alert").count(), 0);
  });

  await step("a link brings everything back", async () => {
    const link = page.url();
    const before = await its.traces();
    const again = new ExplorerPage(await context.newPage(), link);
    await again.page.goto(link);
    // Neighbours come after the map: all that a trace says is waited for.
    const told = (traces: Shown[]) => JSON.stringify(traces.map(({ name, x }) => [name, x.length]));
    await again.until("all of it", (traces) => told(traces) === told(before));
    assert.equal(await again.page.getByRole("tab", { selected: true }).textContent(), "Table");
    assert.equal(await again.page.locator("th[aria-sort=ascending]").textContent(), "Words ↑");
    await again.page.close();
    assert.deepEqual(again.problems, []);
  });

  await step(
    "makes pictures step by step, beside IPAdapter+ and the ground truth, with scores",
    async () => {
      await its.open(`#p=${encodeURIComponent(EXAMPLE)}&n=A&at=0&steps=${steps}&panel=pictures`);
      await page.locator(".gallery img").nth(19).waitFor();
      await page.getByRole("radio", { name: /an item of face/ }).first().check();
      await page.evaluate(() => {
        new MutationObserver(() => {
          if (document.querySelector(".picture.making img")) {
            document.documentElement.dataset["making"] = "seen";
          }
        }).observe(document.querySelector("main")!, { subtree: true, childList: true, attributes: true });
      });
      await its.draw("Make pictures");
      assert.equal(await page.locator("html").getAttribute("data-making"), "seen");
      const row = (name: string | RegExp) => page.locator("figure.row").filter({ hasText: name });
      assert.equal(await row(EXAMPLE).locator(".picture.finished img").count(), 4);
      assert.equal(await row("IPAdapter+").locator(".picture.finished img").count(), 4);
      assert.equal(await row("ground truth").locator(".picture.finished img").count(), 1);
      assert.match(
        await row(EXAMPLE).locator(".scores").textContent() ?? "",
        /CLIP-I-?\d\.\d\d.*CLIP-P\d/,
      );
      const pictures = await page.locator(".picture.finished img").evaluateAll((all) =>
        all.map((each) => (each as HTMLImageElement).src)
      );
      assert.equal(new Set(pictures).size, 9);
    },
  );

  await step("compares instructions from the same noise", async () => {
    await page.getByText(/^Compare instructions/).click();
    await page.getByLabel("Use the face from the image").check();
    await page.getByLabel("IPAdapter+ beside it").uncheck();
    await its.draw("Make pictures");
    assert.equal(await page.locator("figure.row").count(), 3);
    assert.equal(await page.locator(".picture.finished img").count(), 9);
  });

  await step("walks between two instructions", async () => {
    await page.getByText("Walk between two instructions").click();
    await page.getByLabel("To", { exact: true }).selectOption("Use the style of the image");
    await its.draw("Walk");
    assert.equal(await page.locator("figure.strip .picture.finished").count(), 8);
  });

  await step("cancels", async () => {
    await page.locator("label.slider").filter({ hasText: "Steps" }).getByRole("slider").fill("50");
    await page.getByRole("button", { name: "Make pictures" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    for (let tries = 0; idle && !await idle(); tries++) {
      assert.ok(tries < 100, "the drawing goes on");
      await page.waitForTimeout(100);
    }
  });

  await step("takes a picture of one's own, and refuses what is none", async () => {
    const input = page.getByLabel(/^Or your own/);
    const pixels = new Uint8Array(90 * 70 * 3).map((_, i) => i % 251);
    const png = Buffer.from(encodePng({ width: 90, height: 70, pixels }));
    await input.setInputFiles({ name: "own.png", mimeType: "image/png", buffer: png });
    await page.locator("label.chosen img[alt='Your own picture']").waitFor();
    await input.setInputFiles({ name: "own.png", mimeType: "image/png", buffer: Buffer.from("nothing") });
    await page.getByRole("alert").getByText(/expected a PNG, JPEG or WebP/).waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
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

  await step("fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const panel of ["point", "pictures", "table"]) {
      await its.open(`#n=A&p=${encodeURIComponent(EXAMPLE)}&at=0&panel=${panel}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${panel}: ${width} px wide`);
    }
  });
}
