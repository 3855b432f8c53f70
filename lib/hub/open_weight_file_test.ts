import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { host, readSafetensors, UserError, writeSafetensors } from "../engine/mod.ts";
import { writeSparseSafetensors } from "./testdata/sparse_safetensors.ts";
import { unpickleStateDict } from "./unpickle.ts";
import { openWeightFile } from "./open_weight_file.ts";

const testdata = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
const EXECUTED = "/tmp/a-pickle-was-executed";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "weights-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refuses(path: string, message: RegExp): Promise<void> {
  return assert.rejects(() => openWeightFile(path, { what: "adapter.bin" }), (error) => {
    assert.ok(error instanceof UserError, `${path}: ${error instanceof Error ? error.stack : error}`);
    assert.match(error.message, /^Reading adapter\.bin failed: /);
    assert.match(error.message, message);
    return true;
  });
}

/** Replaces the only occurrence of `from` by `to`, of the same length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const at = text.indexOf(from);
  assert.ok(at >= 0 && from.length === to.length, `${from} in the file`);
  const copy = Uint8Array.from(bytes);
  for (let i = 0; i < to.length; i++) copy[at + i] = to.charCodeAt(i);
  return copy;
}

Deno.test("openWeightFile() reads what torch.save wrote: every type, views, shared storages, nested dicts", async () => {
  const expected = readSafetensors(readFileSync(testdata("state.safetensors"))).tensors;
  const file = await openWeightFile(testdata("state.bin"));
  try {
    assert.deepEqual(Object.keys(file.tensors).sort(), Object.keys(expected).sort());
    assert.equal(Object.keys(file.tensors)[0], "image_proj.float32");
    assert.equal(file.tensors["image_proj.bfloat16"]!.kind, "BF16");
    for (const [name, array] of Object.entries(expected)) assert.deepEqual(file.read(name), array, name);
    assert.throws(() => file.read("none"), RangeError);
  } finally {
    file.close();
  }
});

Deno.test("openWeightFile() refuses pickles of anything but tensors by name and executes nothing", async () => {
  assert.ok(!existsSync(EXECUTED));
  await refuses(testdata("os_system.bin"), /names (posix|nt)\.system, .* nothing was executed/);
  await refuses(testdata("module.bin"), /names torch\.nn\.modules\.linear\.Linear/);
  await refuses(testdata("number.bin"), /expected tensors only, "epoch" is a number/);
  await refuses(testdata("protocol4.bin"), /protocol 4, expected 2/);
  await refuses(testdata("legacy.bin"), /before 1\.6/);
  await refuses(testdata("float8.bin"), /names torch\.\S+/);
  assert.ok(!existsSync(EXECUTED));
});

Deno.test("openWeightFile() answers with one sentence when a torch file is cut off anywhere", () =>
  inFolder(async (folder) => {
    const bytes = readFileSync(testdata("state.bin")), path = join(folder, "cut.bin");
    for (let length = 0; length < bytes.length; length += 97) {
      writeFileSync(path, bytes.subarray(0, length));
      await refuses(path, /./);
    }
  }));

Deno.test("openWeightFile() never believes a damaged torch file: it reads every byte within it or refuses", () =>
  inFolder(async (folder) => {
    const bytes = Uint8Array.from(readFileSync(testdata("state.bin"))), path = join(folder, "damaged.bin");
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 31) {
      writeFileSync(path, bytes.map((byte, i) => i === at ? byte ^ 0xff : byte));
      try {
        const file = await openWeightFile(path);
        for (const name of Object.keys(file.tensors)) file.read(name);
        file.close();
      } catch (error) {
        assert.ok(error instanceof UserError, `byte ${at}: ${error instanceof Error ? error.stack : error}`);
        refused++;
      }
    }
    assert.ok(refused > 20, `${refused}`);
  }));

Deno.test("openWeightFile() checks offsets, strides and storages against the file", () =>
  inFolder(async (folder) => {
    const bytes = Uint8Array.from(readFileSync(testdata("state.bin"))), path = join(folder, "bad.bin");
    const cases: [Uint8Array, RegExp][] = [
      // "1.rows" starts at element 16 of 48 (K 0x10) with shape (2, 8).
      [
        replaced(bytes, "K\x10K\x02K\x08\x86", "K\x2fK\x02K\x08\x86"),
        /"ip_adapter\.1\.rows" reaches element 63 of a storage of 48/,
      ],
      // "float16" claims a storage of 15 elements.
      [
        replaced(bytes, "K\x0ft", "K\x10t"),
        /"image_proj\.float16" expects a storage of 32 bytes, data\/\d+ has 30/,
      ],
      [replaced(bytes, "little", "bigbig"), /little-endian/],
    ];
    for (const [content, message] of cases) {
      writeFileSync(path, content);
      await refuses(path, message);
    }
  }));

Deno.test("openWeightFile() answers with one sentence when a zip file points outside of itself", () =>
  inFolder(async (folder) => {
    const path = join(folder, "far.bin");
    /** "PK" and the kind of record, then numbers of 2, 4 or 8 bytes. */
    const record = (kind: number, fields: readonly [size: number, value: bigint][]) => {
      const bytes = [0x50, 0x4b, kind, kind + 1];
      for (const [size, value] of fields) {
        for (let i = 0n; i < size; i++) bytes.push(Number(value >> (8n * i) & 255n));
      }
      return Uint8Array.from(bytes);
    };
    const local = Uint8Array.of(0x50, 0x4b, 3, 4, ...new Array<number>(26).fill(0));
    const end = record(5, [[8, 0n], [4, 0n], [4, 0xffffffffn], [2, 0n]]);
    const locator = (at: bigint) => record(6, [[4, 0n], [8, at], [4, 1n]]);
    const far = (at: bigint) =>
      record(6, [[8, 44n], [2, 0n], [2, 0n], [4, 0n], [4, 0n], [8, 1n], [8, 1n], [8, 46n], [8, at]])
        .map((byte, i) => i === 3 ? 6 : byte);
    for (const at of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 40n]) {
      writeFileSync(path, Buffer.concat([local, locator(at), end]));
      await refuses(path, /its zip directory is damaged \(it points at byte/);
      writeFileSync(path, Buffer.concat([local, far(at), locator(BigInt(local.length)), end]));
      await refuses(path, /its zip directory is damaged \(it points at byte/);
    }
  }));

Deno.test("unpickleStateDict() refuses dicts that hold themselves, explode when flattened, or use unknown opcodes", () => {
  const refuse = (pickle: string, message: RegExp) =>
    assert.throws(
      () => unpickleStateDict(Uint8Array.from(pickle, (c) => c.charCodeAt(0)), { what: "a.bin" }),
      (error) => error instanceof UserError && message.test(error.message),
      pickle,
    );
  const name = (text: string) => `X${String.fromCharCode(text.length)}\0\0\0${text}`;
  refuse(`\x80\x02}q\0${name("a")}h\0s.`, /nested more than 8 deep at "a\.a/);
  // Ten names for the same dict of ten names, eight times over.
  let dict = "}(" + Array.from("0123456789", (c) => name(c) + "}").join("") + "u";
  for (let i = 0; i < 6; i++) {
    dict = `}(${name("0")}${dict}q${String.fromCharCode(i)}` +
      Array.from("123456789", (c) => `${name(c)}h${String.fromCharCode(i)}`).join("") + "u";
  }
  refuse(`\x80\x02${dict}.`, /more than 1000000 names/);
  refuse("\x80\x02cos\nsystem\n(X\x02\0\0\0lstR.", /names os\.system/);
  refuse("\x80\x02(ios\nsystem\n.", /opcode INST/);
  refuse("\x80\x02U\x01a.", /opcode SHORT_BINSTRING/);
  refuse("\x80\x02\xff.", /opcode 0xff at byte 2/);
  refuse("\x80\x02}", /truncated/);
  refuse("\x80\x02X\xff\xff\xff\x7fa.", /truncated/);
  refuse("\x80\x02.", /empty stack/);
  refuse("\x80\x02}.more", /goes on after its end/);
  refuse("\x80\x02ccollections\nOrderedDict\n)RK\x01K\x02s.", /has the key 1 below ""/);
  refuse(`\x80\x02}${name("a")}Ns.`, /"a" is None/);
});

Deno.test("openWeightFile() reads one tensor of a safetensors file far larger than memory", () =>
  inFolder(async (folder) => {
    const path = join(folder, "huge.safetensors");
    const tail = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    writeSparseSafetensors(path, {
      huge: { kind: "F16", shape: [2 ** 37] },
      small: { kind: "F32", shape: [2] },
    }, tail);
    const file = await openWeightFile(path);
    assert.deepEqual(file.read("small"), host([1.5, -2], [2]));
    file.close();
  }));

Deno.test("openWeightFile() gives what readSafetensors() gives, metadata too", () =>
  inFolder(async (folder) => {
    const path = join(folder, "named.bin");
    const tensors = { b: host([1, 2, 3, 4], [2, 2]), a: host(Int32Array.of(7), [1]) };
    const bytes = writeSafetensors(tensors, { note: "x" }, { dtype: "float16" });
    writeFileSync(path, bytes);
    const file = await openWeightFile(path);
    assert.deepEqual(file.metadata, { note: "x" });
    assert.deepEqual(
      Object.fromEntries(Object.keys(file.tensors).map((name) => [name, file.read(name)])),
      readSafetensors(bytes).tensors,
    );
    file.close();
    await assert.rejects(
      () => openWeightFile(join(folder, "none")),
      /expected a readable file, got nothing there/,
    );
    await assert.rejects(() => openWeightFile(folder), /expected a file, got a folder/);
    writeFileSync(path, "");
    await refuses(path, /expected at least 8 bytes, got 0/);
    for (const mark of ["", "\ufeff"]) {
      writeFileSync(path, `${mark}<!DOCTYPE html><html>`);
      await refuses(path, /expected safetensors, or a zip file of torch, got a web page/);
      writeFileSync(path, `${mark}version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n`);
      await refuses(path, /got a pointer of Git LFS: fetch the file itself/);
      writeFileSync(path, `${mark}{"vocab": {}}`);
      await refuses(path, /got JSON text/);
    }
    writeFileSync(path, "Nothing that anybody knows");
    await refuses(path, /truncated, or no safetensors file/);
  }));
