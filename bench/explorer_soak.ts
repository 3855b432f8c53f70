/**
 * Measures that the explorer needs no more memory with time: a page in headless Chromium makes row after row of four pictures, and after each
 * are read the resident memory of the server and of the page's process, and the page's JavaScript heap after a collection, its DOM nodes and
 * its listeners. Figures are the least reading of the second and of the last tenth. With "site" it is the static site, where all of it
 * happens in the page's process. Prints one line of JSON.
 *
 *     deno run -A --v8-flags=--expose-gc bench/explorer_soak.ts 200 [site]
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { UserError } from "../lib/engine/mod.ts";
import { findChromium, openChromium } from "../experiments/explore/browser_test/chromium.ts";
import { startExplorer } from "../experiments/explore/explore.ts";
import { exportSite } from "../experiments/explore/site/export_site.ts";
import { hostFolder } from "../experiments/explore/browser_test/static_host.ts";
import { openUnrecorded, type UnrecordedPage } from "./unrecorded_page.ts";

const SAMPLINGS = 200;
/** The memory that is watched does not depend on the map. */
const SIZES = { train: 60, heldOut: 10 };

/** A figure early and late. */
export interface Growth {
  readonly early: number;
  readonly late: number;
}

/** What is read after a sampling: sizes in MB (10⁶ bytes), the others are counts. */
export interface SoakReading {
  /** Resident memory of this process: absent for a static site, which needs none. */
  readonly server?: number;
  /** Resident memory of the page's own process. */
  readonly page: number;
  /** The page's JavaScript heap in use, after a collection. */
  readonly heap: number;
  /** The page's DOM nodes, those that are in no document among them. */
  readonly nodes: number;
  readonly listeners: number;
}

/** What was measured. */
export interface SoakResult {
  readonly samplings: number;
  /** Seconds that they took. */
  readonly seconds: number;
  readonly growth: Readonly<Partial<Record<keyof SoakReading, Growth>>>;
  /** Ten readings, evenly spaced, the last one after the last sampling. */
  readonly series: readonly SoakReading[];
}

function ownMemory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().rss / 1e6;
}

/** Resident memory of the browser's largest page process. */
async function pageMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo.filter(({ type }) => type === "renderer").map(({ id }) =>
    Number(/^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]) * 1024 / 1e6
  );
  return Math.max(...sizes);
}

async function readPage(page: UnrecordedPage): Promise<Pick<SoakReading, "heap" | "nodes" | "listeners">> {
  await page.send("HeapProfiler.collectGarbage");
  const { usedSize } = await page.send<{ usedSize: number }>("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await page.send<{ nodes: number; jsEventListeners: number }>(
    "Memory.getDOMCounters",
  );
  return { heap: usedSize / 1e6, nodes, listeners: jsEventListeners };
}

/** What the page runs: it waits as a user does, and makes pictures from a seed. */
const DRIVER = `
  globalThis.soak = {
    frame: () => new Promise((resolve) => requestAnimationFrame(resolve)),
    async until(holds) {
      for (let found;; await this.frame()) if ((found = holds())) return found;
    },
    ready() {
      return this.until(() =>
        document.querySelectorAll(".gallery img").length > 19 && document.querySelector(".plot[data-rendered]") && true
      );
    },
    async sample(given) {
      const seed = await this.until(() => document.querySelector(".settings input[type=number]"));
      seed.value = given;
      seed.dispatchEvent(new Event("change", { bubbles: true }));
      const last = Number(document.querySelector(".results")?.dataset.sampling ?? 0);
      const button = await this.until(() => document.querySelector(".buttons .primary:not(:disabled)"));
      button.click();
      await this.until(() =>
        document.querySelector('.results[data-sampling="' + (last + 1) + '"][aria-busy=false]')
      );
      return document.querySelector(".results .progress-line").textContent;
    },
  };
`;

function growthOf(readings: readonly number[]): Growth {
  const tenth = Math.max(1, Math.floor(readings.length / 10));
  return {
    early: Math.min(...readings.slice(tenth, 2 * tenth)),
    late: Math.min(...readings.slice(-tenth)),
  };
}

/** Makes so many rows of pictures. @throws UserError where there is no Chromium. */
export async function soak(
  samplings: number,
  options: { readonly site?: boolean } = {},
): Promise<SoakResult> {
  const path = findChromium();
  if (path === undefined) {
    throw new UserError("Measuring memory failed: expected Chromium, found none; set CHROMIUM");
  }
  const folder = options.site ? await mkdtemp(join(tmpdir(), "soak-")) : undefined;
  if (folder) await exportSite({ folder, sizes: SIZES });
  const source = folder ? hostFolder(folder) : await startExplorer({ port: 0, sizes: SIZES });
  const browser = await openChromium(path);
  const readings: SoakReading[] = [];
  try {
    const state = `p=${encodeURIComponent("use the style")}&n=A&at=0&steps=5&plus=0&panel=pictures`;
    const page = await openUnrecorded(browser, `${source.url}#${state}`);
    await page.evaluate(DRIVER);
    await page.evaluate("soak.ready()");
    const began = performance.now();
    for (let i = 0; i < samplings; i++) {
      const said = await page.evaluate(`soak.sample(${i})`);
      if (!String(said).startsWith("Made in")) throw new Error(`sampling ${i} failed: ${said}`);
      readings.push({
        ...await readPage(page),
        page: await pageMemory(browser),
        ...(folder ? {} : { server: ownMemory() }),
      });
    }
    return {
      samplings,
      seconds: (performance.now() - began) / 1000,
      growth: Object.fromEntries(
        Object.keys(readings[0]!).map((
          name,
        ) => [name, growthOf(readings.map((reading) => reading[name as keyof SoakReading]!))]),
      ),
      series: readings.filter((_, i) =>
        Math.floor(10 * (i + 1) / samplings) > Math.floor(10 * i / samplings)
      ),
    };
  } finally {
    await browser.close();
    await source.close();
    if (folder) await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const site = Deno.args[1] === "site";
  console.log(JSON.stringify(await soak(Number(Deno.args[0] ?? SAMPLINGS), { site })));
  Deno.exit(0);
}
