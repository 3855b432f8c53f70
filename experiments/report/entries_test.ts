/** Which run of an experiment the report shows. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure, StoredResult } from "../figures/figure.ts";
import { reportEntries } from "./entries.ts";

const PART = "data/checkpoints/base.safetensors";

/** A figure of which a run's result.json is no more than the hash of the base that it was made with. */
const FIGURE = (() => {
  const read = (folder: string) =>
    ({
      budget: folder.split("-").at(-1),
      provenance: { dataFiles: { [PART]: Deno.readTextFileSync(join(folder, "result.json")) } },
    }) as unknown as StoredResult;
  return {
    record: { id: "words" },
    read,
    show: (folder: string) => Promise.resolve({ result: read(folder), graphics: [], tables: [] }),
  } as unknown as Figure;
})();

/** The budget shown where the runs were made with these bases. */
async function shownOf(runs: Readonly<Record<string, string>>): Promise<string | undefined> {
  const results = Deno.makeTempDirSync();
  try {
    for (const [run, base] of Object.entries(runs)) {
      mkdirSync(join(results, "words", run), { recursive: true });
      writeFileSync(join(results, "words", run, "result.json"), base);
    }
    const entries = await reportEntries(results, [FIGURE], { [PART]: "present" });
    return entries[0]?.budget;
  } finally {
    Deno.removeSync(results, { recursive: true });
  }
}

Deno.test("reportEntries() shows the largest run of the present parts, and one of earlier parts only if there is no other", async () => {
  assert.equal(await shownOf({ "mini-full": "present", "mini-quick": "present" }), "full");
  assert.equal(await shownOf({ "mini-full": "earlier", "mini-quick": "present" }), "quick");
  assert.equal(await shownOf({ "mini-full": "earlier", "mini-quick": "earlier" }), "full");
  assert.equal(await shownOf({}), undefined);
});
