/// <reference lib="dom" />
/** What is sampled, step by step in a real browser. */
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { encodePng } from "../../../lib/raster/mod.ts";
import type { Locator } from "playwright-core";
import { EXAMPLE, type FeatureRun } from "./feature_run.ts";

/** An instruction that must stay text. */
const MARKUP = "<img src=x onerror=alert(1)> use the style";

/** A PNG of one colour. */
const flat = (width: number, height: number, value: number) =>
  encodePng({ width, height, pixels: new Uint8Array(width * height * 3).fill(value) });

/** Pictures, comparisons, walks, pictures of one's own. */
export async function pictureFeatures({ step, its, steps, idle }: FeatureRun): Promise<void> {
  const { page } = its;

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
      await its.sample("Make pictures");
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
    await its.sample("Make pictures");
    assert.equal(await page.locator("figure.row").count(), 3);
    assert.equal(await page.locator(".picture.finished img").count(), 9);
  });

  await step(
    "makes the base model's pictures, whatever the instruction, at an adapter scale of 0",
    async () => {
      const scale = page.locator("label.slider").filter({ hasText: "Adapter scale" });
      const rows = async () => {
        const all = await page.locator(".picture.finished img").evaluateAll((images) =>
          images.slice(0, 8).map((each) => (each as HTMLImageElement).src)
        );
        return [all.slice(0, 4), all.slice(4)];
      };
      const [first, second] = await rows();
      assert.notDeepEqual(first, second, "the instructions make a difference");
      await scale.getByRole("slider").fill("0");
      assert.equal(await scale.locator("output").textContent(), "0");
      await its.sample("Make pictures");
      const [third, fourth] = await rows();
      assert.equal(new Set(third).size, 4);
      assert.deepEqual(third, fourth);
      await scale.getByRole("slider").fill("0.8");
    },
  );

  await step(
    "makes one picture under each task's own instruction, beside the condition and what is compared",
    async () => {
      await page.getByLabel("Use the face from the image").uncheck();
      await its.sample("Make pictures");
      const sources = (images: Locator) =>
        images.evaluateAll((all) => all.map((each) => (each as HTMLImageElement).src));
      const [first] = await sources(page.locator("figure.row").first().locator("img"));
      await its.sample("All five");
      const rows = page.locator(".results ul.pictures");
      const own = rows.nth(1).getByRole("listitem");
      assert.deepEqual(
        await own.locator("figcaption").allTextContents(),
        [
          "Use everything from the image",
          "Use the style of the image",
          "Use the object from the image",
          "Use the composition of the image",
          "Use the face from the image",
        ].map((text) => ` ${text}`),
      );
      assert.equal(await own.locator("figcaption svg.mark").count(), 5);
      assert.match(
        await own.locator("img").nth(4).getAttribute("alt") ?? "",
        /^face: Use the face from the image; CLIP-I -?\d/,
      );
      const [condition, typed, truth] = await sources(rows.first().locator("img"));
      assert.match(condition!, /-condition\.png$/);
      assert.equal(typed, first, "the picture of a comparison's first noise");
      assert.equal(new Set([condition, typed, truth, ...await sources(own.locator("img"))]).size, 8);
      const tops = await own.locator("img").evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect().top)
      );
      assert.equal(new Set(tops).size, 1, "in one row");
      await page.getByLabel("Use the face from the image").check();
    },
  );

  await step("walks between two instructions", async () => {
    await page.getByText("Walk between two instructions").click();
    await page.getByLabel("To", { exact: true }).selectOption("Use the style of the image");
    await its.sample("Walk");
    assert.equal(await page.locator("figure.strip .picture.finished").count(), 8);
    const shares = await page.locator("figure.strip .share").allTextContents();
    assert.deepEqual([shares[0], shares.at(-1)], ["0 %", "100 %"]);
  });

  await step("cancels", async () => {
    await page.locator("label.slider").filter({ hasText: "Steps" }).getByRole("slider").fill("50");
    await page.getByRole("button", { name: "Make pictures" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    for (let tries = 0; idle && !await idle(); tries++) {
      assert.ok(tries < 100, "the sampling goes on");
      await page.waitForTimeout(100);
    }
  });

  await step("takes a picture of one's own, and refuses what is none", async () => {
    const input = page.getByLabel(/^Or your own/);
    const buffer = Buffer.from(flat(90, 70, 90));
    await input.setInputFiles({ name: "own.png", mimeType: "image/png", buffer });
    const own = page.locator("label.chosen img[alt='Your own picture']");
    await own.waitFor();
    const source = await own.getAttribute("src");
    await its.drop(".conditions", { name: "dropped.png", type: "image/png", bytes: flat(64, 64, 200) });
    await page.waitForFunction(
      (source) => document.querySelector("label.chosen img")?.getAttribute("src") !== source,
      source,
    );
    await page.locator("label.slider").filter({ hasText: "Steps" }).getByRole("slider").fill("5");
    await its.sample("Make pictures");
    assert.equal(await page.locator("figure.row").count(), 2, "two instructions, and no ground truth");
    await input.setInputFiles({ name: "own.png", mimeType: "image/png", buffer: Buffer.from("nothing") });
    await page.getByRole("alert").getByText(/expected a PNG, JPEG or WebP/).waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
  });

  await step(
    "a link makes the tasks' pictures again; a sampling that is asked for meanwhile takes their place",
    async () => {
      await its.open(`#n=A&p=${encodeURIComponent(MARKUP)}&at=0&steps=50&panel=pictures&drawn=tasks`);
      await page.locator(".results[data-sampling='1'][aria-busy=true] ul.pictures").first().waitFor();
      assert.equal(await page.locator(".results .of-tasks li").count(), 5);
      assert.equal(await page.locator(".results figcaption").getByText(MARKUP).count(), 1);
      assert.equal(await page.locator("img[src='x']").count(), 0);
      await page.locator("label.slider").filter({ hasText: "Steps" }).getByRole("slider").fill("5");
      await its.sample("All five");
      assert.equal(await page.locator(".results .picture.finished").count(), 3 + 5);
      assert.deepEqual(await its.violations(), []);
      const size = page.viewportSize()!;
      await page.setViewportSize({ width: 360, height: 800 });
      await its.open(page.url().slice(its.url.length));
      await page.locator(".results[aria-busy=false] .of-tasks .finished").nth(4).waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
      await page.setViewportSize(size);
    },
  );
}
