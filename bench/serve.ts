/**
 * Our side of a comparison, a process of its own that answers JSON lines, as bench/peers/pytorch/serve.py does for the peer.
 *
 *     deno run -A bench/serve.ts WORK CASE.safetensors ours|tfjs THREADS check|time
 *
 * Its first line says what it runs on and how long building and the first run took. What is timed keeps nothing of that run, so that its memory
 * is that of the work. Requests on standard input, one answer each:
 *
 *     {"do": "check", "steps": 3, "arrays": PATH}   of one that checks: what the first runs computed; arrays go to PATH
 *     {"do": "time", "steps": 3}                    milliseconds of each run, after one that is not counted
 *     {"do": "usage"}                               processor seconds and peak memory so far
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { eager, UserError, writeSafetensors } from "../lib/engine/mod.ts";
import { onDemandPackage } from "../lib/hub/mod.ts";
import { decodeCase } from "./timing/case_file.ts";
import { pinnedVersion } from "../experiments/pictures/pinned_version.ts";
import { oneOf } from "../experiments/setting/command_line.ts";
import { LIMIT_WORK, loadWork, WORKS } from "./works/mod.ts";
import type { OpenOptions, OpenWork } from "./timing/work.ts";

/** Ways to run our functions. tfjs's wasm backend has one thread outside browsers. */
const ENGINES = ["ours", "tfjs"] as const;
/** What a process is for. */
const PURPOSES = ["check", "time"] as const;

function openOptions(engine: typeof ENGINES[number], threads: number): OpenOptions {
  const folder = process.env["IPADAPTER_CACHE"];
  // Idle threads wait busily within a run, as PyTorch's do.
  if (engine === "ours") {
    return { compile: { threads, spin: true, ...(folder ? { cache: join(folder, "graphs") } : {}) } };
  }
  const load = async (name: string) => createRequire(join(await onDemandPackage(name), "package.json"))(name);
  return { engine: (fn, parts) => eager(fn, parts, { backend: "wasm", load }) };
}

async function time(work: OpenWork, steps: number): Promise<number[]> {
  await work.run();
  const milliseconds: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await work.run();
    milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}

/** The versions that deno.json pins. */
function versions(...names: readonly string[]): Record<string, string> {
  return { deno: Deno.version.deno, ...Object.fromEntries(names.map((name) => [name, pinnedVersion(name)])) };
}

async function main(
  [name = "", path = "", engineName = "", threadCount = "", purpose = ""]: readonly string[],
) {
  const engine = oneOf("the engine", engineName, ENGINES);
  const work = await loadWork(oneOf("the work", name, [...Object.keys(WORKS), LIMIT_WORK]));
  const workCase = decodeCase(readFileSync(path));
  const start = performance.now();
  const open = await work.open(workCase, openOptions(engine, Number(threadCount)));
  const openSeconds = (performance.now() - start) / 1000;
  await (oneOf("the purpose", purpose, PURPOSES) === "check" ? open.first() : open.run());
  const startSeconds = (performance.now() - start) / 1000;
  const packages = engine === "ours"
    ? ["onnxruntime-node", "@tensorflow/tfjs-core"]
    : ["@tensorflow/tfjs-core"];
  const answer = (value: unknown) => console.log(JSON.stringify(value));
  answer({
    versions: versions(...packages),
    threads: engine === "ours" ? Number(threadCount) : 1,
    startSeconds,
    openSeconds,
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as { do: string; steps: number; arrays: string };
    switch (request.do) {
      case "check": {
        const { arrays, ...check } = await open.check(request.steps);
        writeFileSync(request.arrays, writeSafetensors(arrays));
        answer(check);
        break;
      }
      case "time":
        answer({ milliseconds: await time(open, request.steps) });
        break;
      case "usage": {
        const { user, system } = process.cpuUsage();
        const peakMemoryMiB = process.resourceUsage().maxRSS / 1024;
        answer({ cpuSeconds: (user + system) / 1e6, peakMemoryMiB });
        break;
      }
      default:
        throw new UserError(`Answering failed: expected check, time or usage, got "${request.do}"`);
    }
  }
  await open.dispose();
}

if (import.meta.main) await main(Deno.args);
