import assert from "node:assert/strict";
import { type ReportEntry, reportMarkdown } from "./report_page.ts";
import { UNKNOWN_PROVENANCE } from "./unknown_provenance.ts";

const BASE = "data/checkpoints/base.safetensors";

function entry(id: string, dataFiles?: Record<string, string>): ReportEntry {
  return {
    id,
    scale: "mini",
    budget: "smoke",
    seeds: [1],
    provenance: { ...UNKNOWN_PROVENANCE, ...(dataFiles ? { dataFiles } : {}) },
    claims: [],
    drawings: [],
    tables: [],
    still: () => "",
  };
}

const report = (...entries: ReportEntry[]) => reportMarkdown(entries, { experiments: [] });

Deno.test("reportMarkdown() says which results were made with other frozen parts, and which do not tell", () => {
  const [one, other] = ["a".repeat(64), "b".repeat(64)];
  const mixed = report(
    entry("fig6", { [BASE]: one }),
    entry("fig8", { [BASE]: other }),
    entry("fig9", { [BASE]: one }),
  );
  assert.ok(mixed.includes(`${BASE} is aaaaaaaaaa in Fig. 6, Fig. 9; bbbbbbbbbb in Fig. 8.`));
  const silent = report(entry("fig6"), entry("fig8", { [BASE]: one }));
  assert.match(silent, /perhaps with others: Fig\. 6\./);
  const agreeing = report(entry("fig6", { [BASE]: one }), entry("fig5", {}), entry("fig8", { [BASE]: one }));
  assert.ok(!agreeing.includes("frozen parts"));
});
