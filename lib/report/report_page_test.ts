import assert from "node:assert/strict";
import type { PaperItem } from "./paper_item.ts";
import { type ReportEntry, reportMarkdown } from "./report_page.ts";
import type { Provenance } from "./provenance.ts";
import { UNKNOWN_PROVENANCE } from "./unknown_provenance.ts";

const BASE = "data/checkpoints/base.safetensors";

function entryWith(id: string, provenance: Partial<Provenance>): ReportEntry {
  return {
    id,
    scale: "mini",
    budget: "smoke",
    tasks: ["style", "face"],
    seeds: [1],
    provenance: { ...UNKNOWN_PROVENANCE, ...provenance },
    claims: [],
    graphics: [],
    tables: [],
    still: () => "",
  };
}

const entry = (id: string, dataFiles?: Record<string, string>) =>
  entryWith(id, dataFiles ? { dataFiles } : {});

const ITEMS = ["Fig. 5", "Fig. 6", "Fig. 8", "Fig. 9"].map((name): PaperItem => ({
  id: name.replace("Fig. ", "fig"),
  name,
  says: "",
  tasks: ["style", "face"],
  statements: [],
}));

const report = (...entries: ReportEntry[]) => reportMarkdown(entries, { items: ITEMS });

Deno.test("reportMarkdown() says which results were made with other frozen parts", () => {
  const [one, other] = ["a".repeat(64), "b".repeat(64)];
  const mixed = report(
    entry("fig6", { [BASE]: one }),
    entry("fig8", { [BASE]: other }),
    entry("fig9", { [BASE]: one }),
  );
  assert.ok(mixed.includes(`${BASE} is aaaaaaaaaa in Fig. 6, Fig. 9; bbbbbbbbbb in Fig. 8.`));
  const agreeing = report(entry("fig6", { [BASE]: one }), entry("fig5", {}), entry("fig8", { [BASE]: one }));
  assert.ok(!agreeing.includes("frozen parts"));
});

Deno.test("reportMarkdown() says which results are of earlier parts than there are now", () => {
  const [one, other] = ["a".repeat(64), "b".repeat(64)];
  const entries = [entry("fig6", { [BASE]: one }), entry("fig8", { [BASE]: other }), entry("fig5", {})];
  const now = (parts: Record<string, string>) => reportMarkdown(entries, { items: ITEMS, parts });
  assert.match(now({ [BASE]: one }), /to be measured again: Fig\. 8\.\*\*/);
  assert.match(now({ [BASE]: "c".repeat(64) }), /to be measured again: Fig\. 6, Fig\. 8\.\*\*/);
  assert.ok(!now({}).includes("to be measured again"));
});

Deno.test("reportMarkdown() counts a stage that results share once in the total", () => {
  const wallTimePerStage = { "train-instruct-seed1": 60, "score-style": 5 };
  const times = (stageKeys?: Record<string, string>) => ({
    wallTimePerStage,
    ...(stageKeys ? { stageKeys } : {}),
  });
  const shared = report(
    entryWith("fig6", times({ "train-instruct-seed1": "t", "score-style": "a" })),
    entryWith("fig9", times({ "train-instruct-seed1": "t", "score-style": "b", "encode-style": "e" })),
  );
  assert.match(shared, /all stages together: 1 min 10 s/);
  assert.equal(shared.match(/\| 1 min 5 s \|/g)?.length, 2);
  assert.match(shared, /gone from the cache when the result was made: 1 of Fig\. 9\./);
});

Deno.test("reportMarkdown() gives a result's hardware, and the command that makes it again with what is not usual", () => {
  const row = (entry: ReportEntry, tasks: readonly string[]) =>
    reportMarkdown([entry], { items: ITEMS.map((item) => ({ ...item, tasks })) }).split("\n")
      .find((line) => line.startsWith("| Fig. 9 |")) ?? "";
  const usual = row(entryWith("fig9", { device: "cpu: Ryzen", threads: 1 }), ["style", "face"]);
  assert.match(usual, /\| cpu: Ryzen, 1 thread \|/);
  assert.match(usual, /\| deno task reproduce fig9 --scale mini --budget smoke --seeds 1 \|$/);
  const machine = { device: "cuda: Xeon", threads: 16, memory: 128 * 2 ** 30, system: "Linux 6.8.0, x64" };
  const other = row(entryWith("fig9", machine), ["style", "object", "face"]);
  assert.match(other, /\| cuda: Xeon, 16 threads, 128\.0 GiB, Linux 6\.8\.0, x64 \|/);
  assert.match(other, /--seeds 1 --tasks style,face --device cuda \|$/);
});
