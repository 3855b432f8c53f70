import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkCells } from "./check_cells.ts";
import { chooseNotebooks } from "./cli.ts";

const FOLDER = fileURLToPath(new URL("../../notebooks/", import.meta.url));

Deno.test("the cells of every notebook pass the type check", async () => {
  assert.deepEqual(await checkCells(chooseNotebooks(FOLDER).map((name) => FOLDER + name)), []);
});

Deno.test("checkCells() names notebook, cell and line of a wrong name and of a wrong type", async () => {
  const folder = mkdtempSync(join(tmpdir(), "notebook-"));
  try {
    const path = join(folder, "wrong.ipynb");
    const cells = [
      'import { key, noSuchName } from "./random.ts";',
      "const fine = key(1);\nfine.toFixed(noSuchName);",
      "let seed: string = fine;\nseed = unknownName;",
    ].map((source) => ({ cell_type: "code", source, outputs: [] }));
    writeFileSync(join(folder, "random.ts"), "export const key = (seed: number) => seed;\n");
    writeFileSync(path, JSON.stringify({ nbformat: 4, cells, metadata: { kernelspec: { name: "deno" } } }));
    const faults = await checkCells([path]);
    assert.equal(faults.length, 3, faults.join("\n"));
    assert.match(faults[0]!, /^wrong\.ipynb, cell 1, line 1: TS2305 .*noSuchName/);
    assert.match(
      faults[1]!,
      /^wrong\.ipynb, cell 3, line 1: TS2322 .*'number' is not assignable to type 'string'/,
    );
    assert.match(faults[2]!, /^wrong\.ipynb, cell 3, line 2: TS2304 .*unknownName/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
