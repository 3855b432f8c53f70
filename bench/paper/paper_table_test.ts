import assert from "node:assert/strict";
import { tableOf } from "../table.ts";
import { describePaper, type PaperResult } from "./bench_paper.ts";

const side = {
  openSeconds: 20,
  firstSeconds: 11,
  milliseconds: [9000, 10_000, 11_000],
  median: 10_000,
  processorSeconds: [19],
  processor: 19,
};

const RESULT: PaperResult = {
  schema: 2,
  bench: "paper",
  machine: { cpu: "Example 2000", cores: 2, system: "linux x64" },
  device: "cpu",
  threads: 2,
  rows: [
    {
      part: "denoise",
      title: "A step",
      gigaflop: 1500,
      memoryBar: 14,
      loadBefore: 1.5,
      ours: { ...side, peakMemoryMiB: 8000 },
      peer: {
        ...side,
        median: 12_000,
        peakMemoryMiB: 6000,
        versions: { torch: "2" },
        ratio: 1.2,
        processorRatio: 1.3,
        difference: 1e-6,
      },
    },
    {
      part: "train",
      title: "Training",
      gigaflop: 3000,
      memoryBar: 22,
      loadBefore: 0.1,
      ours: { ...side, peakMemoryMiB: 22_000 },
    },
  ],
};

Deno.test("tableOf() judges the paper's parts by memory and by PyTorch, and says that other work ran beside them", () => {
  const text = tableOf([RESULT]);
  assert.match(
    text,
    /\| A step \| 20\.0 s \| 10\.0 s, processor 19\.0 s \| 150 \| 8\.4 GB, ≤ 14 met \| 12\.0 s: 1\.20, ≥ 1 met; processor time 1\.30 \| 6\.3 GB \|/,
  );
  assert.match(text, /\| Training \| .* \| 23\.1 GB, ≤ 22 missed \|\s+\|\s+\|/);
  assert.match(text, /Other work ran beside it \(load average before: 1\.5, 0\.1\)/);
});

Deno.test("describePaper() has a line a part", () => {
  const lines = describePaper(RESULT).split("\n");
  assert.match(lines.at(-2)!, /^denoise .* ≤ 14 GB met .* 12\.0 s \(1\.20 × ours\)/);
  assert.match(lines.at(-1)!, /^train .* ≤ 22 GB missed/);
});
