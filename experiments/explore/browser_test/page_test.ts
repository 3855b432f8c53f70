/// <reference lib="dom" />
/** The page in a real browser, over the real models and a small map. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import type { RunningExplorer } from "../../../lib/explorer/mod.ts";
import { findChromium, openChromium } from "./chromium.ts";
import { startExplorer } from "../explore.ts";
import { ExplorerPage } from "./explorer_page.ts";
import { SIZES } from "./feature_run.ts";
import { pageFeatures } from "./page_features.ts";
import { sightFeatures } from "./sight_features.ts";
import { stepper } from "./stepper.ts";

const path = findChromium();

Deno.test({
  name: path === undefined
    ? "the explorer's page: SKIPPED, no Chromium found (install Debian's chromium, or set CHROMIUM to its path)"
    : "the explorer's page",
  ignore: path === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    let explorer: RunningExplorer | undefined, browser: Browser | undefined;
    const step = stepper(t);
    try {
      explorer = await startExplorer({ port: 0, sizes: SIZES });
      browser = await openChromium(path!);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 720 },
        acceptDownloads: true,
      });
      const its = new ExplorerPage(await context.newPage(), explorer.url);
      const { page } = its;
      const samplings = `${explorer.url}api/samplings`;
      await pageFeatures({
        step,
        its,
        context,
        sizes: SIZES,
        steps: 10,
        idle: async () => (await (await fetch(samplings)).json()).open === 0,
      });
      await page.setViewportSize({ width: 1280, height: 720 });
      await sightFeatures({ step, its, context, crowd: true });
      assert.deepEqual(its.problems.filter((problem) => !/status of 400/.test(problem)), []);

      await step("says that the server is gone", async () => {
        await page.setViewportSize({ width: 1280, height: 720 });
        await its.open();
        await explorer!.close();
        await its.type("anything");
        await page.getByRole("alert").getByText("does not answer; start it again").waitFor();
      });
    } finally {
      await browser?.close();
      await explorer?.close();
    }
  },
});
