import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../lib/hub/mod.ts";
import { namedHash, openFileHashes } from "./file_hashes.ts";

/** A folder with a file in it, gone in the end. */
function withFile(use: (file: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "hashes-"));
  try {
    use(join(folder, "a.bin"), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("openFileHashes() reads a file again only when its size or one of its times has changed, across processes", () => {
  withFile((file, folder) => {
    const then = new Date(2020, 0, 2), cache = join(folder, "cache");
    const hashed = () => {
      const hashes = openFileHashes(folder, cache, -1);
      const hash = hashes.of(file);
      hashes.save();
      return hash;
    };
    const write = (text: string, at = then) => {
      writeFileSync(file, text);
      utimesSync(file, at, at);
    };
    const kept = () => join(cache, "hashes", readdirSync(join(cache, "hashes"))[0] as string);
    write("one");
    assert.equal(hashed(), sha256("one"));
    // Nothing has changed: what was kept is the answer, whatever it is.
    writeFileSync(kept(), readFileSync(kept(), "utf8").replace(sha256("one"), sha256("kept")));
    assert.equal(hashed(), sha256("kept"));
    // Another file of the same size with its predecessor's time, as `cp -p` leaves it; Deno tells seconds, of a clock that ticks.
    const next = statSync(file).ctimeMs + 1100;
    while (Date.now() < next);
    write("two");
    assert.equal(hashed(), sha256("two"));
    write("six", new Date(2020, 0, 3));
    assert.equal(hashed(), sha256("six"));
    write("three");
    assert.equal(hashed(), sha256("three"));
    // A kept file that was cut is as none.
    writeFileSync(kept(), '{"a');
    assert.equal(hashed(), sha256("three"));
  });
});

Deno.test("openFileHashes() keeps nothing of a file that has just changed: its next change may bear the same times", () => {
  withFile((file, folder) => {
    writeFileSync(file, "one");
    const hashes = openFileHashes(folder, join(folder, "cache"));
    assert.equal(hashes.of(file), sha256("one"));
    hashes.save();
    assert.ok(!existsSync(join(folder, "cache")));
  });
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
