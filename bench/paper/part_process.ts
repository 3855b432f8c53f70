/**
 * One part in a process of its own: opens it, runs it, writes what the first run gave, prints one line of JSON.
 *
 *     deno run -A bench/paper/part_process.ts PART FOLDER '{"runs": 3, "compile": {"threads": 2}, "arrays": "out.safetensors"}'
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { type CompileOptions, writeSafetensors } from "../../lib/engine/mod.ts";
import { oneOf } from "../../experiments/setting/command_line.ts";
import { PAPER_PARTS } from "./part_names.ts";
import { PARTS } from "./parts.ts";

/** What is asked for. */
export interface PartRequest {
  /** Timed runs behind the first. */
  readonly runs: number;
  readonly compile: CompileOptions;
  /** File for what the first run gave. */
  readonly arrays?: string;
}

/** What it reports; also of the peer's process. */
export interface PartReport {
  /** Seconds from the start of loading until the first run can begin. */
  readonly openSeconds: number;
  readonly firstSeconds: number;
  /** Of each timed run. */
  readonly milliseconds: readonly number[];
  /** Processor time of all threads in each, seconds: what remains comparable while others use the machine. */
  readonly processorSeconds: readonly number[];
  /** Largest resident memory of the process, the mapped weights included, MiB. */
  readonly peakMemoryMiB: number;
}

async function main([name = "", folder = "", request = "{}"]: readonly string[]): Promise<PartReport> {
  const part = PARTS[oneOf("the part", name, PAPER_PARTS)];
  const { runs, compile, arrays } = JSON.parse(request) as PartRequest;
  const begin = performance.now();
  const work = await part.open(folder, { compile });
  const opened = performance.now();
  await work.first();
  const first = performance.now();
  const milliseconds: number[] = [], processorSeconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now(), before = process.cpuUsage();
    await work.run();
    const { user, system } = process.cpuUsage(before);
    milliseconds.push(performance.now() - start);
    processorSeconds.push((user + system) / 1e6);
  }
  if (arrays !== undefined) writeFileSync(arrays, writeSafetensors((await work.check(1)).arrays));
  await work.dispose();
  return {
    openSeconds: (opened - begin) / 1000,
    firstSeconds: (first - opened) / 1000,
    milliseconds,
    processorSeconds,
    peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
  };
}

if (import.meta.main) console.log(JSON.stringify(await main(Deno.args)));
