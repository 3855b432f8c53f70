/// <reference lib="dom" />
/**
 * Measures that the explorer needs no more memory with time: a page in headless Chromium makes row after row of four pictures, and the
 * resident memory of the server and of the page's process is read after each. Figures are the least reading of the second and of the last
 * tenth. With "site" it is the static site, where all of it happens in the page's process. Prints one line of JSON.
 *
 *     deno run -A --v8-flags=--expose-gc bench/explorer_soak.ts 200 [site]
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { UserError } from "../lib/engine/mod.ts";
import { findChromium, openChromium } from "../experiments/explore/chromium.ts";
import { startExplorer } from "../experiments/explore/explore.ts";
import { ExplorerPage } from "../experiments/explore/explorer_page.ts";
import { exportSite } from "../experiments/explore/site/export_site.ts";
import { hostFolder } from "../experiments/explore/site/static_host.ts";

const DRAWINGS = 200;
/** The memory that is watched does not depend on the map. */
const SIZES = { train: 60, heldOut: 10 };

/** Resident memory early and late, in MB (10⁶ bytes). */
export interface Growth {
  readonly early: number;
  readonly late: number;
}

/** What was measured. */
export interface SoakResult {
  readonly drawings: number;
  /** Seconds that they took. */
  readonly seconds: number;
  /** This process: absent for a static site, which needs none. */
  readonly server?: Growth;
  /** The page's own process. */
  readonly page: Growth;
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

async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
}

function growthOf(readings: readonly number[]): Growth {
  const tenth = Math.max(1, Math.floor(readings.length / 10));
  return {
    early: Math.min(...readings.slice(tenth, 2 * tenth)),
    late: Math.min(...readings.slice(-tenth)),
  };
}

/** Makes so many rows of pictures. @throws UserError where there is no Chromium. */
export async function soak(drawings: number, options: { readonly site?: boolean } = {}): Promise<SoakResult> {
  const path = findChromium();
  if (path === undefined) {
    throw new UserError("Measuring memory failed: expected Chromium, found none; set CHROMIUM");
  }
  const folder = options.site ? await mkdtemp(join(tmpdir(), "soak-")) : undefined;
  if (folder) await exportSite({ folder, sizes: SIZES });
  const source = folder ? hostFolder(folder) : await startExplorer({ port: 0, sizes: SIZES });
  const browser = await openChromium(path);
  const server: number[] = [], pages: number[] = [];
  try {
    const its = new ExplorerPage(await browser.newPage(), source.url);
    const { page } = its;
    await its.open(`#p=${encodeURIComponent("use the style")}&n=A&at=0&steps=5&plus=0&panel=pictures`);
    await page.locator(".gallery img").nth(19).waitFor();
    const began = performance.now();
    for (let i = 0; i < drawings; i++) {
      await page.getByLabel("Seed").fill(String(i));
      await page.getByLabel("Seed").press("Tab");
      await its.draw("Make pictures");
      await collectGarbage(page);
      server.push(ownMemory());
      pages.push(await pageMemory(browser));
    }
    return {
      drawings,
      seconds: (performance.now() - began) / 1000,
      ...(folder ? {} : { server: growthOf(server) }),
      page: growthOf(pages),
    };
  } finally {
    await browser.close();
    await source.close();
    if (folder) await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const site = Deno.args[1] === "site";
  console.log(JSON.stringify(await soak(Number(Deno.args[0] ?? DRAWINGS), { site })));
  Deno.exit(0);
}
