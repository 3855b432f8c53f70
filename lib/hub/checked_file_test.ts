import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readChecked, writeChecked } from "./checked_file.ts";

Deno.test("readChecked() distinguishes missing, sound and corrupted files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hub-"));
  try {
    const path = join(folder, "deep/file");
    assert.equal((await readChecked(path)).state, "missing");
    await writeChecked(path, Uint8Array.of(1, 2, 3));
    assert.deepEqual(await readChecked(path), { state: "sound", content: Uint8Array.of(1, 2, 3) });
    assert.equal((await readChecked(join(path, "below"))).state, "missing");
    const bytes = new Uint8Array(readFileSync(path));
    for (let at = 0; at < bytes.length; at++) {
      writeFileSync(path, bytes.map((byte, i) => i === at ? byte ^ 1 : byte));
      assert.equal((await readChecked(path)).state, "corrupted", `byte ${at}`);
    }
    await writeChecked(path, Uint8Array.of(4));
    assert.deepEqual((await readChecked(path)).content, Uint8Array.of(4));
    truncateSync(path, 5);
    assert.equal((await readChecked(path)).state, "corrupted");
    assert.deepEqual(readdirSync(join(folder, "deep")), ["file"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
