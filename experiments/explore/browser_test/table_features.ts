/// <reference lib="dom" />
/** What the table and layers do, step by step in a real browser. */
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { chosen, count } from "./explorer_page.ts";
import { EXAMPLE, type FeatureRun, knownOn } from "./feature_run.ts";

/** Search, sorting, export, layers. */
export async function tableFeatures({ step, its, sizes }: FeatureRun): Promise<void> {
  const { page } = its;
  const known = knownOn(sizes);

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
    assert.equal(csv.trim().split("\r\n").length, known + 1);
    assert.match(csv, /^index,text,task,split,template,words,nearest,margin\r\n/);
    const json = JSON.parse(await its.saved("JSON"));
    assert.equal(json.instructions.length, known);
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
    const bytes = new TextEncoder().encode('{"instruction": "use the light"}\n');
    await its.drop("main", { name: "dropped.jsonl", type: "", bytes });
    await its.until("what was dropped", (traces) => count(traces, "dropped.jsonl") === 1);
    await page.getByRole("button", { name: "Remove the layer dropped.jsonl" }).click();
    await page.getByRole("button", { name: "Remove the layer pasted.txt" }).click();
    await its.until("one layer", (traces) => count(traces, "pasted.txt") === 0);
    await page.getByRole("button", { name: "Add a layer" }).click();
    await page.getByLabel("Or choose a file").setInputFiles(file("bad.jsonl", "{"));
    await page.getByRole("alert").getByText("expected JSON in line 1").waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
  });

  await step("says how far a long layer is, and stops it", async () => {
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
}
