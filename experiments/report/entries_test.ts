/** Which run of an experiment the report shows. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIGURE_SCHEMA } from "../../lib/report/mod.ts";
import type { Figure, StoredResult } from "../figures/figure.ts";
import { reportEntries } from "./entries.ts";

const PART = "data/checkpoints/base.safetensors";

/** A figure of which a run's result.json says no more than the hash of the base that it was made with. */
const FIGURE = (() => {
  const read = (folder: string) =>
    ({
      ...JSON.parse(Deno.readTextFileSync(join(folder, "result.json"))),
      budget: folder.split("-").at(-1),
    }) as StoredResult;
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
      const result = { schema: FIGURE_SCHEMA, provenance: { dataFiles: { [PART]: base } } };
      writeFileSync(join(results, "words", run, "result.json"), JSON.stringify(result));
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
