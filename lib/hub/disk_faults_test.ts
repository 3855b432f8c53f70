import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../engine/errors.ts";
import { atomicWrite, checkWritable } from "./atomic_write.ts";
import { readChecked, writeChecked } from "./checked_file.ts";
import { findCached } from "./hub_cache.ts";
import { downloadHubFile } from "./hub_download.ts";
import { openFolderWriter, readSealed } from "./sealed_folder.ts";
import { MAY_MOUNT, onSmallDisk } from "./testdata/small_disk.ts";
import { startStandInHub } from "./testdata/stand_in_hub.ts";

const BYTES = new Uint8Array(100_000).fill(7);
const FILE = { repo: "owner/model", path: "weights.safetensors" };

const refused = (write: () => Promise<unknown>, why: string) =>
  assert.rejects(
    write,
    (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, new RegExp(`^Cannot write [^\n]+: ${why}$`));
      return true;
    },
  );

/** Starts a sealed folder that holds one file. */
async function seal(path: string): Promise<void> {
  const writer = await openFolderWriter(path);
  try {
    writer.write("a.bin", BYTES);
    await writer.seal({});
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

Deno.test({
  name:
    "a full disk: files and sealed folders say so, leave what was there and no rest, and are written once there is room",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(400, async ({ folder, fill, free }) => {
      const at = (name: string) => join(folder, name);
      await atomicWrite(at("plain"), "before");
      await writeChecked(at("checked"), Uint8Array.of(1));
      fill();
      await assert.rejects(checkWritable(folder), { message: `Cannot write ${folder}: the disk is full` });
      for (
        const write of [() => atomicWrite(at("plain"), BYTES), () =>
          writeChecked(at("checked"), BYTES), () =>
          seal(at("sealed"))]
      ) {
        await refused(write, "the disk is full");
      }
      assert.deepEqual(readdirSync(folder).sort(), ["checked", "plain"]);
      assert.equal(readFileSync(at("plain"), "utf8"), "before");
      assert.deepEqual([...(await readChecked(at("checked"))).content], [1]);
      free();
      await atomicWrite(at("plain"), BYTES);
      await seal(at("sealed"));
      assert.equal((await readSealed(at("sealed"))).state, "sound");
    }),
});

async function download(endpoint: string, cache: string, file = FILE): Promise<string> {
  const steps = downloadHubFile(file, {
    settings: { cache, endpoint, offline: false },
    retry: { tries: 2, wait: 1 },
  });
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

Deno.test({
  name: "downloadHubFile() says that the disk is full and goes on from there once there is room",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(400, async ({ folder, fill, free }) => {
      await using hub = startStandInHub(FILE.repo);
      const content = new Uint8Array(300_000).map((_, i) => i % 251);
      hub.files.set(FILE.path, { content, large: true });
      const blobs = join(folder, "models--owner--model/blobs");
      mkdirSync(blobs, { recursive: true });
      await atomicWrite(join(folder, "other"), new Uint8Array(200_000));
      await refused(() => download(hub.endpoint, folder), "the disk is full");
      assert.deepEqual(readdirSync(blobs).map((name) => name.slice(64)), [".incomplete"]);
      fill();
      await refused(() => download(hub.endpoint, folder), "the disk is full");
      free();
      await atomicWrite(join(folder, "other"), "");
      hub.ranges.length = 0;
      assert.deepEqual(new Uint8Array(readFileSync(await download(hub.endpoint, folder))), content);
      assert.match(hub.ranges.join(), /^bytes=[12]\d{5}-299999$/);
    }),
});

Deno.test({
  name: "downloadHubFile() says that the cache is read-only, and answers from it where it has the file",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(900, async ({ folder, makeReadOnly }) => {
      await using hub = startStandInHub(FILE.repo);
      hub.files.set(FILE.path, { content: BYTES, large: true });
      const path = await download(hub.endpoint, folder);
      makeReadOnly();
      assert.equal(await download(hub.endpoint, folder), path);
      assert.equal(findCached(folder, FILE), path);
      const other = { ...FILE, path: "other.safetensors" };
      hub.files.set(other.path, { content: BYTES.map((byte) => byte + 1), large: true });
      await refused(() => download(hub.endpoint, folder, other), "the file system is read-only");
    }),
});
