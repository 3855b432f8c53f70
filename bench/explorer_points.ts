/// <reference lib="dom" />
/**
 * Measures the explorer's map with many points in headless Chromium (rendering by software, no graphics card): seconds to the first render,
 * milliseconds until a label stands beside the pointer, and milliseconds of a frame while zooming. Prints one line of JSON.
 *
 *     deno run -A bench/explorer_points.ts 100000
 */
import type { Browser, Page } from "playwright-core";
import { fold, key, normal, UserError } from "../lib/engine/mod.ts";
import { instructionsWithTemplates } from "../lib/instructions/mod.ts";
import {
  type InstructionSpace,
  LAYOUT_IDS,
  type LayoutId,
  LAYOUTS,
  MAP_TASKS,
  pageFiles,
  serveExplorer,
  type SpacePoint,
} from "../lib/explorer/mod.ts";
import { findChromium, openChromium } from "../experiments/explore/browser_test/chromium.ts";
import { TASKS } from "../lib/tasks/mod.ts";
import { median } from "./timing/statistics.ts";
import { cacheFolder } from "../lib/hub/mod.ts";

/** Points by default. */
const POINTS = 100_000;
/** Readings of each figure after the first render. */
const READINGS = 15;
/** Milliseconds that anything may take. */
const PATIENCE = 120_000;

/** What was measured. */
export interface PointsResult {
  readonly points: number;
  /** From the navigation's start until the map stands on the screen, in seconds. */
  readonly firstRendering: number;
  /** Of that, from the map's arrival on. */
  readonly rendering: number;
  /** Processor time of all of the browser until then, in seconds: what another load on the machine does not change. */
  readonly processor: number;
  /** From a pointer's move onto a mark until its label shows, median in ms. */
  readonly hover: number;
  /** Processor time of a label and of a zoom, means in ms. */
  readonly processorOf: { readonly hover: number; readonly zoom: number };
  /**
   * From a turn of the wheel until the next frame is through, median and largest in ms; and until all marks are rendered anew after it, median
   * in ms: a crowded map's picture is scaled meanwhile.
   */
  readonly zoom: { readonly median: number; readonly largest: number; readonly rest: number };
  /** From the release of a map that was pulled aside until it stands there, median in ms. */
  readonly pull: number;
}

/** A map of clouds, one a task; its instructions are the corpus's, numbered where they come again. */
function cloudSpace(count: number): InstructionSpace {
  const sentences = TASKS.flatMap((task) =>
    instructionsWithTemplates(task, "train", { count: 1000, seed: 1 })
      .map(({ instruction, template }) => ({ task, text: instruction, template }))
  );
  const points = Array.from({ length: count }, (_, i): SpacePoint => {
    const { task, text, template } = sentences[i % sentences.length]!;
    return { task, template, text: `${text} (${i})`, split: "train" };
  });
  const layouts = Object.fromEntries(LAYOUT_IDS.map((id): [LayoutId, Float32Array] => {
    const dimensions = LAYOUTS[id].dimensions;
    const places = normal(fold(key("clouds"), id), count * dimensions);
    places.forEach((_, at) => {
      const task = TASKS.indexOf(points[Math.floor(at / dimensions)]!.task);
      places[at]! += 4 * Math.cos(task + at % dimensions);
    });
    return [id, places];
  })) as Record<LayoutId, Float32Array>;
  const score = { trustworthiness: 0.9, preservation: 0.5, purity: 0.9 };
  return {
    tasks: MAP_TASKS,
    points,
    trained: count,
    embeddings: new Float32Array(0),
    layouts,
    quality: Object.fromEntries(LAYOUT_IDS.map((id) => [id, score])) as InstructionSpace["quality"],
    axes: {
      width: 0,
      dimensions: 0,
      mean: new Float64Array(0),
      axes: new Float64Array(0),
      variances: new Float64Array(0),
      explained: new Float64Array(0),
    },
    nearest: normal(key("nearest"), count),
    margin: normal(key("margin"), count),
    purity: 0.9,
  };
}

/** Processor seconds that the browser has used, all its processes together. */
async function processorTime(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Places of a few marks on the screen. */
async function marksOf(page: Page, count: number): Promise<{ x: number; y: number }[]> {
  return await page.evaluate((count) => {
    const plot = document.querySelector(".plot") as unknown as HTMLElement & {
      data: { x: number[]; y: number[] }[];
      _fullLayout: Record<"xaxis" | "yaxis", { _offset: number; l2p(value: number): number }>;
    };
    const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
    const shown = plot.data.filter(({ x }) => x.length > count);
    return Array.from({ length: count }, (_, i) => {
      const { x, y } = shown[i % shown.length]!, at = Math.floor(i * x.length / count);
      return { x: box.x + xaxis._offset + xaxis.l2p(x[at]!), y: box.y + yaxis._offset + yaxis.l2p(y[at]!) };
    });
  }, count);
}

/** A plot's element, with the ranges it shows. */
interface Rendered {
  readonly layout: Readonly<Record<string, { readonly range: readonly number[] }>>;
}

/** What a page measures, in ms: begun before the input that it is about, read afterwards. */
interface Measuring {
  measured: Promise<number>;
}

const measured = (page: Page) => page.evaluate(() => (globalThis as unknown as Measuring).measured);

async function hoverTimes(page: Page): Promise<number[]> {
  const times: number[] = [];
  for (const { x, y } of await marksOf(page, READINGS)) {
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => !document.querySelector(".hoverlayer .hovertext"));
    await page.evaluate((patience) => {
      (globalThis as unknown as Measuring).measured = (async () => {
        const moved = await new Promise<number>((resolve) =>
          addEventListener("mousemove", () => resolve(performance.now()), { once: true, capture: true })
        );
        while (!document.querySelector(".hoverlayer .hovertext")) {
          if (performance.now() - moved > patience) throw new Error("no label came");
          await new Promise(requestAnimationFrame);
        }
        return performance.now() - moved;
      })();
    }, PATIENCE);
    await page.mouse.move(x, y);
    times.push(await measured(page));
  }
  return times;
}

/** The range of the axis across, as text. */
const rangeOf = (page: Page): Promise<string> =>
  page.evaluate(() =>
    JSON.stringify((document.querySelector(".plot") as unknown as Rendered).layout["xaxis"]!.range)
  );

/** Waits until all marks are rendered under another range than `before`. */
async function renderedAnew(page: Page, before: string): Promise<void> {
  await page.waitForFunction((before) => {
    const plot = document.querySelector(".plot") as unknown as Rendered & HTMLElement;
    return !plot.dataset.held && JSON.stringify(plot.layout["xaxis"]!.range) !== before;
  }, before);
  await page.evaluate(() => new Promise(requestAnimationFrame));
}

async function pullTimes(page: Page): Promise<number[]> {
  const box = (await page.locator(".plot").boundingBox())!;
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const times: number[] = [];
  for (let i = 0; i < READINGS; i++) {
    const before = await rangeOf(page), aside = i % 2 === 0 ? 60 : -60;
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + aside, y, { steps: 4 });
    const began = performance.now();
    await page.mouse.up();
    await renderedAnew(page, before);
    times.push(performance.now() - began);
  }
  return times;
}

async function zoomTimes(page: Page): Promise<PointsResult["zoom"]> {
  const box = (await page.locator(".plot").boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const times: number[] = [], rests: number[] = [];
  for (let i = 0; i < READINGS; i++) {
    const before = await rangeOf(page), began = performance.now();
    await page.evaluate(() => {
      (globalThis as unknown as Measuring).measured = (async () => {
        const turned = await new Promise<number>((resolve) =>
          addEventListener("wheel", () => resolve(performance.now()), { once: true, capture: true })
        );
        // The first frame runs the rendering, the second comes when it is done.
        for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame);
        return performance.now() - turned;
      })();
    });
    await page.mouse.wheel(0, i % 2 === 0 ? -120 : 120);
    times.push(await measured(page));
    await renderedAnew(page, before);
    rests.push(performance.now() - began);
  }
  return { median: median(times), largest: Math.max(...times), rest: median(rests) };
}

/** Measures a map of so many points. @throws UserError where there is no Chromium. */
export async function measurePoints(count: number): Promise<PointsResult> {
  const path = findChromium();
  if (path === undefined) {
    throw new UserError("Measuring the map failed: expected Chromium, found none; set CHROMIUM");
  }
  const explorer = serveExplorer({
    space: cloudSpace(count),
    embedder: {
      embed: () => Promise.reject(new Error("nothing is embedded")),
      states: () => Promise.reject(new Error("nothing is embedded")),
      dispose: () => Promise.resolve(),
    },
    layers: { read: () => Promise.resolve(undefined), keep: () => Promise.resolve() },
    files: await pageFiles(cacheFolder()),
    framed: false,
    now: () => performance.now() / 1000,
  }, { port: 0 });
  const browser = await openChromium(path);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    page.setDefaultTimeout(PATIENCE);
    const before = await processorTime(browser);
    const began = performance.now();
    await page.goto(explorer.url);
    const [rendered, arrived] = await page.evaluate(async () => {
      while (!document.querySelector<HTMLElement>(".plot")?.dataset.rendered) {
        await new Promise(requestAnimationFrame);
      }
      await new Promise(requestAnimationFrame); // painted
      const map = performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/api/space"));
      return [performance.now(), (map as PerformanceResourceTiming).responseEnd];
    });
    if (rendered! > performance.now() - began + 1000) {
      throw new RangeError("the page's clock does not fit ours");
    }
    const processor = [await processorTime(browser)];
    const hover = median(await hoverTimes(page));
    processor.push(await processorTime(browser));
    const zoom = await zoomTimes(page);
    processor.push(await processorTime(browser));
    const pull = median(await pullTimes(page));
    const spent = (i: number) => 1000 * (processor[i]! - processor[i - 1]!) / READINGS;
    return {
      points: count,
      firstRendering: rendered! / 1000,
      rendering: (rendered! - arrived!) / 1000,
      processor: processor[0]! - before,
      hover,
      processorOf: { hover: spent(1), zoom: spent(2) },
      zoom,
      pull,
    };
  } finally {
    await browser.close();
    await explorer.close();
  }
}

if (import.meta.main) {
  console.log(JSON.stringify(await measurePoints(Number(Deno.args[0] ?? POINTS))));
  Deno.exit(0);
}
