import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../lib/hub/mod.ts";
import { namedHash, openFileHashes } from "./file_hashes.ts";

Deno.test("openFileHashes() reads a file again only when its size or time has changed, across processes", () => {
  const folder = mkdtempSync(join(tmpdir(), "hashes-"));
  try {
    const file = join(folder, "a.bin"), then = new Date(2020, 0, 2);
    const open = () => openFileHashes(folder, join(folder, "cache"));
    const write = (text: string, at: Date) => {
      writeFileSync(file, text);
      utimesSync(file, at, at);
    };
    write("one", then);
    const first = open();
    assert.equal(first.of(file), sha256("one"));
    first.save();
    // Same size, same time: taken from what was kept.
    write("two", then);
    assert.equal(open().of(file), sha256("one"));
    write("two", new Date(2020, 0, 3));
    assert.equal(open().of(file), sha256("two"));
    // It had just changed when it was read: another change may bear the same time.
    const now = new Date();
    write("one", now);
    const fresh = open();
    assert.equal(fresh.of(file), sha256("one"));
    write("two", now);
    assert.equal(fresh.of(file), sha256("two"));
    write("three", then);
    assert.equal(open().of(file), sha256("three"));
    // A kept file that was cut is as none.
    const [kept] = readdirSync(join(folder, "cache/hashes")) as [string];
    writeFileSync(join(folder, "cache/hashes", kept), '{"a');
    assert.equal(open().of(file), sha256("three"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("namedHash() is the hash that the hub's cache names a file by, through its link, and none of other files", () => {
  const folder = mkdtempSync(join(tmpdir(), "hashes-"));
  try {
    const hash = "0123456789abcdef".repeat(4);
    for (const name of [hash, "other"]) writeFileSync(join(folder, name), "");
    symlinkSync(join(folder, hash), join(folder, "model.safetensors"));
    assert.equal(namedHash(join(folder, "model.safetensors")), hash);
    assert.equal(namedHash(join(folder, "other")), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
