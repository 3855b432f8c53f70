/// <reference lib="dom" />
/** The static explorer in a real browser: everything the served page does, with the server's numbers. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { UserError } from "../../../lib/engine/mod.ts";
import { LAYOUT_IDS, type RunningExplorer } from "../../../lib/explorer/mod.ts";
import { decodeFloats, type SpaceAnswer } from "../../../lib/explorer/api.ts";
import { findChromium, openChromium } from "./chromium.ts";
import { runExplore } from "../command.ts";
import { startExplorer } from "../explore.ts";
import { ExplorerPage } from "./explorer_page.ts";
import { EXAMPLE, SIZES } from "./feature_run.ts";
import { pageFeatures } from "./page_features.ts";
import { sightFeatures } from "./sight_features.ts";
import { stepper } from "./stepper.ts";
import { askSite } from "./ask_site.ts";
import { exportSite } from "../site/export_site.ts";
import { pictureDifferences, roundingDifferences, serverMap, textDifferences } from "./site_agreement.ts";
import { hostFolder, type StaticHost } from "./static_host.ts";

const path = findChromium();

/** Most bytes of a site. */
const MOST_BYTES = 60e6;
/** What the whole map adds to that of these tests: measured, 1.4 kB a point. */
const WHOLE_MAP = (5 * 1250 + 5) * 1400;

async function bytesOf(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const facts = await stat(join(folder, name));
    if (facts.isFile()) sum += facts.size;
  }
  return sum;
}

/** How far the site's numbers may be from the server's. */
const SAME = 1e-3;

Deno.test("exportSite() refuses a folder with other files, and the command options that make no sense", async () => {
  const folder = await mkdtemp(join(tmpdir(), "site-"));
  try {
    await writeFile(join(folder, "mine.txt"), "mine");
    const refused = (why: RegExp) => (error: unknown) =>
      error instanceof UserError && why.test(error.message) && !error.message.includes("\n");
    await assert.rejects(exportSite({ folder }), refused(/an empty folder or an earlier export/));
    await assert.rejects(exportSite({ folder: join(folder, "mine.txt") }), refused(/expected a folder/));
    const io = { out: () => {}, err: () => {} };
    await assert.rejects(runExplore(["--export", folder, "--port", "1"], io), refused(/takes no --port/));
    assert.deepEqual(await readdir(folder), ["mine.txt"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test({
  name: path === undefined
    ? "the static explorer: SKIPPED, no Chromium found (install Debian's chromium, or set CHROMIUM to its path)"
    : "the static explorer",
  ignore: path === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    let explorer: RunningExplorer | undefined, browser: Browser | undefined, host: StaticHost | undefined;
    const folder = await mkdtemp(join(tmpdir(), "site-"));
    const step = stepper(t);
    try {
      await step("is written: a folder of at most 60 MB with the whole map", async () => {
        const out: string[] = [];
        await runExplore(["--export", folder], {
          out: (line) => out.push(line),
          err: () => {},
          sizes: SIZES,
        });
        assert.match(out.join("\n"), /^\S+: \d+ files, \d+\.\d MB; .*npx serve/);
        const bytes = await bytesOf(folder);
        assert.ok(bytes + WHOLE_MAP < MOST_BYTES, `${bytes} bytes and ${WHOLE_MAP} for the whole map`);
      });

      host = hostFolder(folder);
      explorer = await startExplorer({ port: 0, sizes: SIZES });
      browser = await openChromium(path!);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 720 },
        acceptDownloads: true,
      });
      const elsewhere: string[] = [];
      await context.route((url) => !url.href.startsWith(host!.url), (route) => {
        elsewhere.push(route.request().url());
        return route.abort();
      });
      const its = new ExplorerPage(await context.newPage(), host.url);
      const { page } = its;
      const compared = { page, server: explorer.url };

      await step("knows the server's map", async () => {
        await its.open();
        const here: SpaceAnswer = JSON.parse(await askSite(page, "/api/space"));
        const there: SpaceAnswer = await serverMap(explorer!.url);
        assert.deepEqual(here.points, there.points);
        assert.equal(here.purity, there.purity);
        for (const id of LAYOUT_IDS) assert.deepEqual(here.layouts[id], there.layouts[id]);
        assert.deepEqual(decodeFloats(here.margin), decodeFloats(there.margin));
      });

      await step("places and explains texts as the server does", async () => {
        const texts = [EXAMPLE, "Use the face of the person in the image", "make me a sandwich"];
        const { others, ...numbers } = await textDifferences(compared, texts);
        assert.deepEqual(others, []);
        for (const [name, by] of Object.entries(numbers)) assert.ok(by <= SAME, `${name} differs by ${by}`);
      });

      await step("samples the server's pictures from the same noise", async () => {
        let seconds = 0;
        for (const seed of [5, 6, 7]) {
          const body = {
            client: "test",
            condition: { gallery: "object-1" },
            prompt: "a red apple",
            seed,
            adapterScale: 0.8,
            steps: 20,
            guidance: 5,
            plus: false,
            pictures: [{ texts: [EXAMPLE], noise: 0 }],
          };
          const found = await pictureDifferences(compared, body);
          assert.equal(found.pictures, 2, "the joint model's and the ground truth");
          // Twenty guided steps take rounding far from some noises: no farther here than there.
          const own = await roundingDifferences(compared, body);
          for (const what of ["brightness", "score"] as const) {
            const bound = Math.max(SAME, 3 * own[what]);
            assert.ok(
              found[what] <= bound,
              `${what} of noise ${seed} differs by ${found[what]}, not by ${bound}`,
            );
          }
          seconds = found.seconds;
        }
        console.log(`  one picture of 20 steps in Chromium: ${seconds.toFixed(1)} s`);
      });

      await pageFeatures({ step, its, context, sizes: SIZES, steps: 5 });
      await page.setViewportSize({ width: 1280, height: 720 });
      await sightFeatures({ step, its, context, crowd: false });
      assert.deepEqual(its.problems, []);
      assert.deepEqual(elsewhere, [], "requests that leave the site");
      assert.deepEqual(host.missing, []);

      await step("says that the worker did not start", async () => {
        await rm(join(folder, "worker.js"));
        await page.goto("about:blank");
        await page.goto(its.url);
        await page.getByRole("alert").getByText("worker did not start").waitFor();
      });
    } finally {
      await browser?.close();
      await host?.close();
      await explorer?.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
});
