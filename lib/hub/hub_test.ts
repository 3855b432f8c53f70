import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { UserError } from "../engine/errors.ts";
import { atomicWrite, checkWritable, makeFolder, writeFailure } from "./atomic_write.ts";
import { processEnded, processName, thisProcess } from "./process_name.ts";
import { openFolderWriter, readSealed, sweepPartial } from "./sealed_folder.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hub-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("atomicWrite() replaces a file and leaves nothing else when it is called twice", () =>
  inFolder(async (folder) => {
    await atomicWrite(join(folder, "deep/a.txt"), "one");
    await atomicWrite(join(folder, "deep/a.txt"), "two");
    assert.deepEqual(readdirSync(join(folder, "deep")), ["a.txt"]);
    assert.equal(readFileSync(join(folder, "deep/a.txt"), "utf8"), "two");
  }));

Deno.test("atomicWrite() deletes what killed processes left unfinished in the folder, and leaves what others are writing", () =>
  inFolder(async (folder) => {
    const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const start = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]!.split(" ")[19]!;
    const unfinished = (pid: number, started: string, machine = thisProcess().machine) =>
      `a.txt.${processName({ machine, pid, started })}.0123abcd.partial`;
    const kept = [unfinished(child.pid, start), unfinished(child.pid, "1", "elsewhere"), "a.txt.1.partial"];
    const dead = unfinished(child.pid, "1");
    for (const name of [...kept, dead]) writeFileSync(join(folder, name), "");
    await atomicWrite(join(folder, "b.txt"), "b");
    assert.deepEqual(readdirSync(folder).sort(), [...kept, "b.txt"].sort());
    child.kill("SIGKILL");
    await child.status;
    assert.ok(processEnded(processName({ ...thisProcess(), pid: child.pid, started: start })));
  }));

Deno.test("checkWritable() has at no moment a file that would stay if its process were killed then", () =>
  inFolder(async (folder) => {
    const names = new Set<string>();
    using events = Deno.watchFs(folder);
    const watched = (async () => {
      for await (const { paths } of events) {
        for (const path of paths) names.add(basename(path));
        if (names.has("last")) return;
      }
    })();
    await checkWritable(folder);
    writeFileSync(join(folder, "last"), "");
    await watched;
    names.delete("last");
    assert.ok(names.size >= 2);
    for (const name of names) assert.match(name, /\.[0-9a-f]{8}-\d+-\w+\.[0-9a-f]{8}\.partial$/);
  }));

Deno.test("atomicWrite() says in one sentence what is wrong when the place cannot be written", () =>
  inFolder(async (folder) => {
    await atomicWrite(join(folder, "file"), "x");
    for (const path of [join(folder, "file/below"), join(folder, "x".repeat(300)), "/proc/nothing/here"]) {
      await assert.rejects(
        () => atomicWrite(path, "x"),
        (error) => error instanceof UserError && /^Cannot write .+: /.test(error.message),
      );
    }
    await assert.rejects(() => makeFolder(join(folder, "file")), /a part of the path is a file/);
    await assert.rejects(
      () => checkWritable(join(folder, "file/x")),
      /file\/x: a part of the path is a file/,
    );
    await checkWritable(join(folder, "new"));
    assert.deepEqual(readdirSync(join(folder, "new")), []);
  }));

Deno.test({
  name: "writeFailure() says that the disk is full when it is",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    assert.throws(() => {
      try {
        writeFileSync("/dev/full", "x");
      } catch (error) {
        throw writeFailure(error, "table.md");
      }
    }, /^UserError: Cannot write table.md: the disk is full$/),
});

Deno.test("readSealed() finds every kind of damage when a sealed folder was changed", () =>
  inFolder(async (folder) => {
    const path = join(folder, "stage");
    const make = async () => {
      const writer = await openFolderWriter(path);
      writer.write("a.bin", Uint8Array.of(1, 2, 3));
      writer.write("b.txt", "text");
      await writer.seal({ key: "k" });
    };
    const problem = async () => {
      const sealed = await readSealed(path);
      return sealed.state === "corrupted" ? sealed.problem : sealed.state;
    };
    assert.equal(await problem(), "missing");
    const damages: [() => void, RegExp][] = [
      [() => {}, /^sound$/],
      [() => writeFileSync(join(path, "a.bin"), Uint8Array.of(1, 2, 4)), /a.bin does not match its hash/],
      [() => truncateSync(join(path, "b.txt"), 1), /b.txt has 1 bytes, expected 4/],
      [() => rmSync(join(path, "b.txt")), /b.txt is missing/],
      [() => truncateSync(join(path, "manifest.json"), 20), /manifest.json does not match/],
      [() => rmSync(join(path, "manifest.json")), /manifest.json is missing/],
    ];
    for (const [damage, expected] of damages) {
      await make();
      damage();
      assert.match(await problem(), expected);
    }
  }));

Deno.test("seal() keeps the folder that another writer finished first when asked to, and replaces it else", () =>
  inFolder(async (folder) => {
    const path = join(folder, "stage");
    const write = async (text: string, keep?: boolean) => {
      const writer = await openFolderWriter(path, { owner: "me" });
      writer.write("a", text);
      const { meta } = await writer.seal({ by: text }, keep === undefined ? {} : { keep: () => keep });
      return [meta["by"], readFileSync(join(path, "a"), "utf8")];
    };
    assert.deepEqual(await write("first", true), ["first", "first"]);
    assert.deepEqual(await write("second", true), ["first", "first"]);
    assert.deepEqual(await write("third", false), ["third", "third"]);
    assert.deepEqual(await write("fourth"), ["fourth", "fourth"]);
    writeFileSync(join(path, "a"), "spoilt");
    assert.deepEqual(await write("fifth", true), ["fifth", "fifth"]);
    rmSync(path, { recursive: true });
    writeFileSync(path, "a file");
    assert.deepEqual(await write("sixth", true), ["sixth", "sixth"]);
    assert.deepEqual(readdirSync(folder), ["stage"]);
  }));

Deno.test("seal() gives all of many writers at once the same folder", () =>
  inFolder(async (folder) => {
    const path = join(folder, "stage");
    const manifests = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
      const writer = await openFolderWriter(path, { owner: `w${i}` });
      writer.write("a", String(i));
      return await writer.seal({ by: i }, { keep: () => true });
    }));
    assert.equal(new Set(manifests.map(({ meta }) => meta["by"])).size, 1);
    assert.equal(readFileSync(join(path, "a"), "utf8"), String(manifests[0]?.meta["by"]));
    assert.deepEqual(readdirSync(folder), ["stage"]);
  }));

Deno.test("sweepPartial() removes what a killed writer left and nothing else", () =>
  inFolder(async (folder) => {
    const writer = await openFolderWriter(join(folder, "stage"), { owner: "killed-1" });
    writer.write("a", "x");
    const alive = await openFolderWriter(join(folder, "stage"), { owner: "alive-2" });
    const nameless = await openFolderWriter(join(folder, "stage"));
    const kept = await openFolderWriter(join(folder, "stage-2"));
    await kept.seal({});
    await sweepPartial(join(folder, "stage"), (owner) => owner === "killed-1");
    assert.deepEqual(readdirSync(folder).filter((name) => name.includes("killed")), []);
    await alive.seal({});
    await nameless.discard();
    assert.deepEqual(readdirSync(folder).sort(), ["stage", "stage-2"]);
    await assert.rejects(() => readSealed("\0"));
    assert.throws(() => writer.write("../a", "x"), RangeError);
  }));
