/// <reference lib="dom" />
/**
 * Measures the explorer over the whole map, served and as a static site in headless Chromium: how soon a second start answers, what a typed
 * instruction and a row of pictures take, how large the site is, what one picture takes in the browser alone, and how far the site's
 * numbers are from the server's. Prints one line of JSON. With an address it is the site there that is compared, whatever hosts it.
 *
 *     deno run -A bench/explorer_full.ts [http://localhost:3000/]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../lib/engine/mod.ts";
import type { SampleBody, SampleLine } from "../lib/explorer/api.ts";
import { findChromium, openChromium } from "../experiments/explore/browser_test/chromium.ts";
import { exportSite } from "../experiments/explore/site/export_site.ts";
import {
  type PictureDifferences,
  pictureDifferences,
  type TextDifferences,
  textDifferences,
} from "../experiments/explore/browser_test/site_agreement.ts";
import { hostFolder } from "../experiments/explore/browser_test/static_host.ts";
import { median } from "./timing/statistics.ts";

/** Typed instructions, of which the first are compared with the site's. */
const TEXTS = [
  "borrow its colours but nothing else",
  "Use the face of the person in the image",
  "make me a sandwich",
  "keep the pose",
  "draw it in the same style",
  "take only the object out of this picture",
  ...Array.from({ length: 20 }, (_, i) => `the mood and the light of picture ${i}, please`),
];
const COMPARED = 6;

/** What was measured. */
export interface FullResult {
  /** From the start of `deno task explore` until it has printed its address and the page is answered, in seconds. */
  readonly ready: number;
  /** Milliseconds from a typed instruction's request to its place. */
  readonly place: { readonly median: number; readonly largest: number };
  /** Seconds of 4 pictures of 20 steps with IPAdapter+, ground truth and scores: the first row, and the median of three more. */
  readonly row: { readonly first: number; readonly median: number };
  /** Size of the site in MB (10⁶ bytes); absent where it is another's. */
  readonly site?: number;
  readonly texts: TextDifferences;
  /** The sampling of one picture of 20 steps with its scores: the first, which loads the models, and the next. */
  readonly pictures: { readonly first: PictureDifferences; readonly next: PictureDifferences };
}

/** `deno task explore` as a user starts it. */
async function startTask(): Promise<{ url: string; seconds: number; end(): Promise<unknown> }> {
  const began = performance.now();
  const cli = fileURLToPath(new URL("../experiments/explore/cli.ts", import.meta.url));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", cli, "--no-open", "--port", "0"],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream());
  let said = "";
  for await (const part of lines.values({ preventCancel: true })) {
    if (/\n/u.test(said += part)) break;
  }
  const url = said.trim();
  if (!url.startsWith("http://")) throw new UserError(`Starting the explorer failed: it said “${url}”`);
  await (await fetch(url)).text();
  const seconds = (performance.now() - began) / 1000;
  return {
    url,
    seconds,
    end: async () => {
      process.kill("SIGTERM");
      return await process.status;
    },
  };
}

function rowOf(seed: number, count: number, plus: boolean): SampleBody {
  const pictures = Array.from({ length: count }, (_, noise) => ({ texts: [TEXTS[0]!], noise }));
  const settings = { prompt: "a red apple", adapterScale: 0.8, steps: 20, guidance: 5 };
  return { ...settings, client: `bench-${seed}`, condition: { gallery: "object-1" }, seed, plus, pictures };
}

async function post(url: string, body: unknown): Promise<string> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new RangeError(`${url} answered ${answer.status}: ${await answer.text()}`);
  return await answer.text();
}

async function seconds(work: () => Promise<string>): Promise<[number, string]> {
  const began = performance.now();
  const answer = await work();
  return [(performance.now() - began) / 1000, answer];
}

/** Measures all of it. @throws UserError where there is no Chromium or no explorer starts. */
async function measureFull(
  options: { readonly site?: string } = {},
): Promise<FullResult> {
  const path = findChromium();
  if (path === undefined) {
    throw new UserError("Measuring the explorer failed: expected Chromium, found none; set CHROMIUM");
  }
  const folder = await mkdtemp(join(tmpdir(), "explorer-"));
  // First: it also sets the map up where that was never done.
  const bytes = options.site === undefined ? (await exportSite({ folder })).bytes : undefined;
  const host = hostFolder(folder);
  const explorer = await startTask();
  const browser = await openChromium(path);
  try {
    const places: number[] = [];
    for (const text of TEXTS) {
      places.push((await seconds(() => post(`${explorer.url}api/place`, { text })))[0]);
    }
    const rows: number[] = [];
    for (let seed = 1; seed <= 4; seed++) {
      const [took, answer] = await seconds(() => post(`${explorer.url}api/sample`, rowOf(seed, 4, true)));
      const last: SampleLine = JSON.parse(answer.trim().split("\n").at(-1)!);
      if (last.kind !== "done") throw new RangeError(`a row of pictures ended with ${JSON.stringify(last)}`);
      rows.push(took);
    }
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    page.setDefaultTimeout(120_000);
    await page.goto(options.site ?? host.url);
    await page.locator(".plot[data-rendered]").waitFor();
    const compared = { page, server: explorer.url };
    return {
      ready: explorer.seconds,
      place: { median: 1000 * median(places), largest: 1000 * Math.max(...places) },
      row: { first: rows[0]!, median: median(rows.slice(1)) },
      ...(bytes === undefined ? {} : { site: bytes / 1e6 }),
      texts: await textDifferences(compared, TEXTS.slice(0, COMPARED)),
      pictures: {
        first: await pictureDifferences(compared, rowOf(5, 1, false)),
        next: await pictureDifferences(compared, rowOf(6, 1, false)),
      },
    };
  } finally {
    await browser.close();
    await explorer.end();
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  console.log(JSON.stringify(await measureFull(Deno.args[0] === undefined ? {} : { site: Deno.args[0] })));
  Deno.exit(0);
}
