import assert from "node:assert/strict";
import type { BenchResult, SideResult } from "./timing/result.ts";
import { scalingRows } from "./scaling.ts";
import { tableOf } from "./table.ts";

const MACHINE = { cpu: "Example 2000", cores: 2, system: "linux x64" };

const side = (name: string, median: number, peakMemoryMiB: number): SideResult => ({
  name,
  threads: 2,
  versions: { [name.split(" ")[0] as string]: "1.0" },
  startSeconds: 1,
  peakMemoryMiB,
  median,
  min: median - 1,
  max: median + 1,
  quartiles: [median, median],
  turns: [median],
  runs: [[median]],
  idleLoad: null,
});

const train: BenchResult = {
  schema: 2,
  bench: "train",
  title: "Adapter step",
  run: "a step",
  batch: 32,
  repetitions: 7,
  machine: MACHINE,
  sides: [side("ours", 100, 500), side("pytorch eager", 190, 450), side("tfjs", 12_000, 900)],
  comparisons: [
    { peer: "pytorch eager", ratio: { median: 1.9, min: 1.85, max: 2 }, memoryRatio: 0.9 },
    { peer: "tfjs", ratio: { median: 12, min: 11, max: 13 }, memoryRatio: 1.8 },
  ],
  rate: { gigaflop: 20, gigaflops: 200, machine: 320, share: 0.625 },
};

const alone: BenchResult = {
  ...train,
  bench: "vae",
  title: "Decoder",
  sides: [side("ours", 40, 300)],
  comparisons: [],
};

Deno.test("tableOf() gives a row a peer with its bars, in the order of the works, and the rates", () => {
  const lines = tableOf([alone, train]).split("\n");
  assert.equal(lines[0], "| work; samples | peer | ours | peer's | ratio (range) | bar | memory |");
  assert.equal(
    lines[2],
    "| Adapter step; 32 | pytorch eager | 100 ms | 190 ms | 1.90 (1.85 to 2.00) | ≥ 1.8 met | 500 / 450 MiB, ≥ 1 missed |",
  );
  assert.equal(
    lines[3],
    "| Adapter step; 32 | tfjs | 100 ms | 12.0 s | 12.00 (11.00 to 13.00) | ≥ 25 missed | 500 / 900 MiB |",
  );
  assert.equal(lines[4], "| Decoder; 32 | none | 40.0 ms |  |  |  | 300 MiB |");
  assert.ok(lines.includes("| Adapter step; 32 | 20.0 | 200 | 320 | 63 %, ≥ 60 % met |"));
  assert.ok(lines.includes("* pytorch eager: pytorch 1.0; 2 threads"));
});

Deno.test("tableOf() judges scaling, start and memory", () => {
  const spread = (median: number) => ({
    median,
    min: median,
    max: median,
    quartiles: [median, median] as const,
  });
  const times = { compile: spread(2), firstStep: spread(2.2), process: spread(4) };
  const text = tableOf([
    {
      schema: 2,
      bench: "scaling",
      repetitions: 1,
      machine: MACHINE,
      rows: scalingRows([{ batch: 8, ...spread(33) }, { batch: 32, ...spread(120) }]),
    },
    { schema: 2, bench: "start", batch: 32, repetitions: 1, machine: MACHINE, cold: times, cached: times },
    {
      schema: 2,
      bench: "memory",
      machine: MACHINE,
      early: { step: 1000, megabytes: 100 },
      late: { step: 10_000, megabytes: 101 },
      growth: 0.01,
    },
  ]);
  assert.match(text, /within 5 % of linear missed/);
  assert.match(text, /\| 8 \| 33.0 ms \| 4.13 ms \| 10.0 % \|/);
  assert.match(text, /Compiled within 2.5 s: met; a kept step runs within 1.5 s: missed/);
  assert.match(text, /100 MB after 1000 steps, 101 MB after 10000 \(1.0 % more\)/);
});

Deno.test("scalingRows() throws without the batch that the others are compared with", () => {
  assert.throws(() => scalingRows([]), /needs batch 32/);
});
