import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { snapshotCode } from "./code_snapshot.ts";

Deno.test("snapshotCode() copies what git tracks or would, as it is now, and links the packages", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "snapshot-")));
  try {
    const root = join(folder, "checkout"), copy = join(folder, "copy"), cache = join(root, "my-cache");
    for (const name of ["lib", "node_modules/engine", "my-cache/stages"]) {
      mkdirSync(join(root, name), { recursive: true });
    }
    const files = {
      "lib/a.ts": "1",
      "lib/gone.ts": "",
      ".gitignore": "node_modules\nignored.ts",
      "ignored.ts": "",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    execFileSync("git", ["-C", root, "init", "--quiet"]);
    execFileSync("git", ["-C", root, "add", "."]);
    writeFileSync(join(root, "lib/a.ts"), "2");
    writeFileSync(join(root, "lib/new.ts"), "new");
    writeFileSync(join(root, "my-cache/stages/output"), "");
    rmSync(join(root, "lib/gone.ts"));
    await snapshotCode(copy, { without: cache, root });
    writeFileSync(join(root, "lib/a.ts"), "3");
    assert.deepEqual(readdirSync(copy).sort(), [".gitignore", "lib", "node_modules"]);
    assert.deepEqual(readdirSync(join(copy, "lib")).sort(), ["a.ts", "new.ts"]);
    assert.equal(readFileSync(join(copy, "lib/a.ts"), "utf8"), "2");
    assert.equal(realpathSync(join(copy, "node_modules")), join(root, "node_modules"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
