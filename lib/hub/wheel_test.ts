import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../engine/mod.ts";
import { wheelFile, zipFile } from "./testdata/wheel_file.ts";
import { openWheel } from "./wheel.ts";

/** Calls back with a path for files of this test. */
async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "wheel-"));
  try {
    await body(join(folder, "a.whl"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const MEMBERS = { "a/b.so": "content ".repeat(1000), "a/empty": "" };

Deno.test("openWheel() reads what wheelFile() wrote", () =>
  inFolder(async (path) => {
    writeFileSync(path, wheelFile(MEMBERS, { name: "x-y", version: "1.2" }));
    const wheel = await openWheel(path);
    assert.deepEqual([wheel.name, wheel.version], ["x-y", "1.2"]);
    assert.deepEqual(wheel.tags, ["cp311-cp311-manylinux_2_28_x86_64"]);
    for (const [name, text] of Object.entries(MEMBERS)) {
      assert.equal(new TextDecoder().decode(wheel.read(name)), text);
    }
    wheel.close();
  }));

/** Opens a wheel and reads its members. */
async function readAll(path: string): Promise<void> {
  const wheel = await openWheel(path);
  try {
    for (const name of Object.keys(MEMBERS)) wheel.read(name);
  } finally {
    wheel.close();
  }
}

Deno.test("openWheel() answers with one sentence when a file is no wheel, or one of its members is not as it says", () =>
  inFolder(async (path) => {
    const refused: [Uint8Array, RegExp][] = [
      [new Uint8Array(), /its zip directory is damaged/],
      [new TextEncoder().encode("<html>".repeat(100)), /its zip directory is damaged/],
      [zipFile(MEMBERS), /expected a wheel, it has no \*\.dist-info\/RECORD/],
      [zipFile({ ...MEMBERS, "a.dist-info/RECORD": 'a"b' }), /its RECORD is no CSV/],
      [
        zipFile({ ...MEMBERS, "a.dist-info/RECORD": "", "a.dist-info/METADATA": "" }),
        /its METADATA has no Name/,
      ],
      [
        wheelFile(MEMBERS, { record: { "a/b.so": "other" } }),
        /expected a\/b\.so as its RECORD has it \(sha256=other\)/,
      ],
      [wheelFile({ "a/empty": "" }), /expected the member a\/b\.so, it has none/],
    ];
    for (const [bytes, expected] of refused) {
      writeFileSync(path, bytes);
      await assert.rejects(
        readAll(path),
        (error) => error instanceof UserError && expected.test(error.message),
      );
    }
  }));

Deno.test("openWheel() answers with one sentence wherever a wheel is cut short, and whatever byte of a member is changed", () =>
  inFolder(async (path) => {
    const whole = wheelFile(MEMBERS);
    for (let length = 0; length < whole.length; length += 37) {
      writeFileSync(path, whole.subarray(0, length));
      await assert.rejects(readAll(path), UserError, `cut to ${length} bytes`);
    }
    // The first member's data lies behind 30 bytes and its path.
    for (let at = 36; at < 60; at++) {
      const changed = whole.slice();
      changed[at]! ^= 0x55;
      writeFileSync(path, changed);
      await assert.rejects(readAll(path), UserError, `byte ${at} changed`);
    }
  }));
