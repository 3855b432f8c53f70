import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readText, textLines } from "./text_file.ts";

async function inFile(
  content: Uint8Array | string,
  test: (path: string) => Promise<void> | void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "text-"));
  try {
    const path = join(folder, "a.jsonl");
    writeFileSync(path, content);
    await test(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("textLines() ends lines at \\n alone, skips a mark, and gives lines that are no UTF-8 without text", async () => {
  const lines = (content: Uint8Array | string) => {
    let found: unknown[] = [];
    return inFile(content, async (path) => {
      found = (await Array.fromAsync(textLines(path))).map(({ text }) => text);
    }).then(() => found);
  };
  assert.deepEqual(await lines("\ufeffa\u2028b\u0085c\rd\r\n\ne"), ["a\u2028b\u0085c\rd", "", "e"]);
  assert.deepEqual(await lines("a\n"), ["a"]);
  assert.deepEqual(await lines(""), []);
  assert.deepEqual(await lines(Uint8Array.of(97, 10, 0xe9, 10, 98)), ["a", undefined, "b"]);
  const long = "é".repeat(100_000);
  assert.deepEqual(await lines(`${long}\n${long}`), [long, long]);
  assert.deepEqual(await lines(`${"x".repeat((1 << 24) + 1)}\ny`), [undefined, "y"]);
});

Deno.test("readText() skips a mark and refuses what is no UTF-8 by what it is", async () => {
  await inFile("\ufeff{}", (path) => assert.equal(readText(path), "{}"));
  await inFile(Uint8Array.of(0xe9), (path) => assert.throws(() => readText(path), /got another encoding/));
  await inFile(Uint8Array.of(0xff, 0xfe, 65, 0), (path) => assert.throws(() => readText(path), /got UTF-16/));
});

Deno.test("readText() names what was fetched in place of the file, behind a byte order mark, too", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
  for (const mark of ["", "\ufeff"]) {
    await inFile(mark + pointer, (path) =>
      assert.throws(() => readText(path), {
        name: "UserError",
        message:
          `Reading ${path} failed: expected the file's own text, got a pointer of Git LFS: fetch the file itself with git lfs pull, or download it`,
      }));
    await inFile(
      `${mark}<!DOCTYPE html><html>`,
      (path) => assert.throws(() => readText(path), /got a web page: download the file itself/),
    );
  }
});
