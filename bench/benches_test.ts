import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { type Bench, BENCHES, workBench } from "./benches.ts";
import { readBenchOptions, usage } from "./cli.ts";
import { tableOf } from "./table.ts";
import type { BenchResult } from "./timing/result.ts";
import { WORKS } from "./works/mod.ts";

Deno.test("help, options, peers, bars and the table's order follow the list of benches", async () => {
  const load = WORKS.encode.load;
  const blur = workBench("blur", {
    about: "64 images through a blur",
    peers: ["pytorch"],
    bars: { time: { "pytorch eager": 2 } },
    load,
  });
  const benches: Readonly<Record<string, Bench>> = { blur, ...BENCHES };
  assert.match(usage(benches), /^deno task bench \[blur\|train\|/);
  assert.match(usage(benches), /\n {2}blur {15}64 images through a blur\n/);
  const options = readBenchOptions(["blur", "--peer", "pytorch", "--batch", "2"], benches);
  assert.ok(options !== "help" && options.benches[0] === "blur");
  assert.throws(
    () => readBenchOptions(["blur", "--peer", "tfjs"], benches),
    /--peer expects pytorch, got "tfjs"/,
  );
  const { title, run, batch } = await load();
  const result = (bench: string): BenchResult => ({
    ...{ schema: 2, bench, title: bench, run, batch, repetitions: 1 },
    machine: { cpu: title, cores: 1, system: "none" },
    sides: [],
    comparisons: [],
  });
  const side = { name: "ours", threads: 1, versions: {}, startSeconds: 1, peakMemoryMiB: 1 };
  const times = {
    median: 1,
    min: 1,
    max: 1,
    quartiles: [1, 1],
    turns: [1],
    runs: [[1]],
    idleLoad: null,
  } as const;
  const rows = ["train", "blur"].map((name): BenchResult => ({
    ...result(name),
    sides: [{ ...side, ...times }, { ...side, ...times, name: "pytorch eager" }],
    comparisons: [{ peer: "pytorch eager", ratio: { median: 3, min: 3, max: 3 }, memoryRatio: 1 }],
  }));
  const lines = tableOf(rows, benches).split("\n");
  assert.match(lines[2]!, /^\| blur; .*≥ 2 met/);
  assert.match(lines[3]!, /^\| train; .*≥ 1.8 met/);
});

Deno.test("every listed work has a file of its name, which gives it", async () => {
  for (const [name, { load }] of Object.entries(WORKS)) {
    assert.ok(existsSync(new URL(`works/${name}.ts`, import.meta.url)), name);
    const { title, run, batch } = await load();
    assert.ok(title && run && batch > 0, name);
  }
});

Deno.test("PyTorch's side has an entry for each work that lists it as a peer, and no other", () => {
  const text = readFileSync(new URL("peers/pytorch/serve.py", import.meta.url), "utf8");
  const [, entries = ""] = /^WORKS = \{\n([\s\S]*?)^\}/m.exec(text) ?? [];
  assert.deepEqual(
    [...entries.matchAll(/^ {4}"(\w+)": Work\(/gm)].map(([, name]) => name),
    Object.entries(WORKS).flatMap(([name, { peers }]) =>
      (peers as readonly string[]).includes("pytorch") ? [name] : []
    ),
  );
});
