import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../engine/mod.ts";
import { findCached, verifyCached } from "./hub_cache.ts";
import { downloadHubFile, type DownloadProgress } from "./hub_download.ts";
import { type HubSettings, hubSettings } from "./hub_settings.ts";
import { COMMIT, hubHash, type StandInHub, startStandInHub } from "./testdata/stand_in_hub.ts";

const REPO = "owner/model";
const LARGE = { repo: REPO, path: "unet/weights.safetensors" };
const SMALL = { repo: REPO, path: "config.json" };
const RETRY = { tries: 3, wait: 1 };
/** Not a multiple of anything. */
const WEIGHTS = Uint8Array.from({ length: 300_007 }, (_, i) => (i * 31) % 251);
const CONFIG = new TextEncoder().encode('{"a":1}');

async function withHub(test: (hub: StandInHub, settings: HubSettings) => Promise<void>): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), "hub-cache-"));
  try {
    await using hub = startStandInHub(REPO);
    hub.files.set(LARGE.path, { content: WEIGHTS, large: true });
    hub.files.set(SMALL.path, { content: CONFIG, large: false });
    await test(hub, { cache, endpoint: hub.endpoint, offline: false });
  } finally {
    rmSync(cache, { recursive: true });
  }
}

async function download(file: { repo: string; path: string; revision?: string }, settings: HubSettings) {
  const seen: DownloadProgress[] = [];
  const steps = downloadHubFile(file, { settings, retry: RETRY });
  for (let step = await steps.next();; step = await steps.next()) {
    if (step.done) return { path: step.value, seen };
    seen.push(step.value);
  }
}

function fails(file: { repo: string; path: string }, settings: HubSettings, message: RegExp): Promise<void> {
  return assert.rejects(() => download(file, settings), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("downloadHubFile() fills the Python client's cache layout and answers from it the next time", () =>
  withHub(async (hub, settings) => {
    const large = await download(LARGE, settings), small = await download(SMALL, settings);
    const folder = join(settings.cache, "models--owner--model");
    assert.equal(large.path, join(folder, "snapshots", COMMIT, "unet/weights.safetensors"));
    assert.equal(readlinkSync(large.path), `../../../blobs/${hubHash(WEIGHTS, true)}`);
    assert.equal(readlinkSync(small.path), `../../blobs/${hubHash(CONFIG, false)}`);
    assert.equal(readFileSync(join(folder, "refs/main"), "utf8"), COMMIT);
    assert.deepEqual(new Uint8Array(readFileSync(large.path)), WEIGHTS);
    assert.deepEqual(readdirSync(join(folder, "blobs")).length, 2);
    assert.deepEqual(large.seen.at(-1), { received: WEIGHTS.length, total: WEIGHTS.length });
    assert.ok(large.seen.every(({ received }, i) => i === 0 || received > large.seen[i - 1]!.received));
    const transfers = hub.ranges.length;
    assert.deepEqual((await download(LARGE, settings)).seen, []);
    assert.equal(hub.ranges.length, transfers);
    assert.deepEqual(
      (await download({ ...LARGE, revision: COMMIT }, { ...settings, endpoint: "http://127.0.0.1:1" })).seen,
      [],
    );
    assert.equal((await download(LARGE, { ...settings, offline: true })).path, large.path);
  }));

Deno.test("downloadHubFile() goes on where it stopped when connections drop, files are cut off or the hub is busy", () =>
  withHub(async (hub, settings) => {
    hub.faults.push("drop", "truncate", "unavailable", "drop", "no-range");
    const { path, seen } = await download(LARGE, settings);
    assert.deepEqual(new Uint8Array(readFileSync(path)), WEIGHTS);
    assert.equal(hub.ranges.length, 5);
    assert.equal(hub.ranges[0], "");
    assert.match(hub.ranges[1]!, /^bytes=1[0-9]{5}-300006$/);
    assert.ok(seen.every(({ received }, i) => i === 0 || received > seen[i - 1]!.received));
  }));

Deno.test("downloadHubFile() goes on from what a killed process left", () =>
  withHub(async (hub, settings) => {
    const blobs = join(settings.cache, "models--owner--model/blobs");
    mkdirSync(blobs, { recursive: true });
    const incomplete = join(blobs, `${hubHash(WEIGHTS, true)}.incomplete`);
    writeFileSync(incomplete, WEIGHTS.subarray(0, 200_000));
    const { path } = await download(LARGE, settings);
    assert.deepEqual(hub.ranges, ["bytes=200000-300006"]);
    assert.deepEqual(new Uint8Array(readFileSync(path)), WEIGHTS);
    assert.ok(!existsSync(incomplete));
  }));

Deno.test("downloadHubFile() never enters content with another hash into the cache", () =>
  withHub(async (hub, settings) => {
    hub.faults.push("wrong");
    assert.deepEqual(new Uint8Array(readFileSync((await download(LARGE, settings)).path)), WEIGHTS);
    rmSync(join(settings.cache, "models--owner--model"), { recursive: true });
    hub.faults.push("wrong", "wrong");
    await fails(
      LARGE,
      settings,
      /failed twice: expected content with the hash [0-9a-f]{64}, got [0-9a-f]{64}/,
    );
    assert.equal(findCached(settings.cache, LARGE), undefined);
    assert.deepEqual(readdirSync(join(settings.cache, "models--owner--model/blobs")), []);
    // Damage from an earlier process, too.
    writeFileSync(
      join(settings.cache, "models--owner--model/blobs", `${hubHash(CONFIG, false)}.incomplete`),
      "{ruin",
    );
    assert.deepEqual(new Uint8Array(readFileSync((await download(SMALL, settings)).path)), CONFIG);
  }));

Deno.test("downloadHubFile() says in one sentence what is wrong", () =>
  withHub(async (hub, settings) => {
    await fails({ ...LARGE, path: "none.bin" }, settings, /expected such a file at main, got none/);
    await fails({ ...LARGE, path: "../../etc/passwd" }, settings, /needs OWNER\/NAME and a path in it/);
    await fails({ repo: "other/model", path: "a" }, settings, /answers 404: there is no such repository/);
    await fails(LARGE, { ...settings, offline: true }, /HF_HUB_OFFLINE is set/);
    await fails(
      LARGE,
      { ...settings, endpoint: "http://127.0.0.1:1" },
      /expected to reach http:\/\/127\.0\.0\.1:1, got/,
    );
    await fails(LARGE, { ...settings, token: "two words" }, /without blanks, got another text/);
    await fails(LARGE, { ...settings, token: "d\u00e9j\u00e0" }, /without blanks, got another text/);
    hub.refuse = 401;
    await fails(LARGE, settings, /refuses it \(401\); expected a token \(HF_TOKEN/);
    hub.refuse = 403;
    await fails(
      LARGE,
      { ...settings, token: "hf_x" },
      /expected a token that has access.* terms were accepted/,
    );
    hub.refuse = undefined;
    hub.faults.push("unavailable", "unavailable", "unavailable", "unavailable");
    await fails(LARGE, settings, /status 503/);
  }));

Deno.test("downloadHubFile() uses the cached file when the hub cannot be reached", () =>
  withHub(async (_, settings) => {
    const { path } = await download(LARGE, settings);
    assert.equal((await download(LARGE, { ...settings, endpoint: "http://127.0.0.1:1" })).path, path);
  }));

Deno.test("downloadHubFile() sends the token as it is to the hub and to no other address", async () => {
  for (const token of ["hf_secret", "a-self.hosted/hub's=token"]) {
    await withHub(async (hub, settings) => {
      await download(LARGE, { ...settings, token });
      assert.deepEqual([...hub.keys.hub], [`Bearer ${token}`]);
      assert.deepEqual([...hub.keys.other], [""]);
    });
  }
});

Deno.test("downloadHubFile() transfers a file once when two processes want it", () =>
  withHub(async (hub, settings) => {
    const [a, b] = await Promise.all([download(LARGE, settings), download(LARGE, settings)]);
    assert.equal(a.path, b.path);
    assert.equal(hub.ranges.length, 1);
  }));

Deno.test("verifyCached() distinguishes sound from damaged contents", () =>
  withHub(async (_, settings) => {
    for (const file of [LARGE, SMALL]) {
      const { path } = await download(file, settings);
      assert.ok(lstatSync(path).isSymbolicLink());
      assert.equal(verifyCached(path), "sound");
      writeFileSync(path, "ruin");
      assert.equal(verifyCached(path), "damaged");
    }
    writeFileSync(join(settings.cache, "plain"), "x");
    assert.equal(verifyCached(join(settings.cache, "plain")), "unnamed");
  }));

Deno.test("hubSettings() reads the Python client's environment", () => {
  const home = mkdtempSync(join(tmpdir(), "home-"));
  try {
    const read = (env: Record<string, string>) => hubSettings((name) => env[name], home);
    assert.deepEqual(read({}), {
      cache: join(home, ".cache/huggingface/hub"),
      endpoint: "https://huggingface.co",
      offline: false,
    });
    assert.equal(read({ XDG_CACHE_HOME: "/x" }).cache, "/x/huggingface/hub");
    assert.equal(read({ XDG_CACHE_HOME: "/x", HF_HOME: "/h" }).cache, "/h/hub");
    assert.equal(read({ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old" }).cache, "/old");
    assert.equal(read({ HF_HUB_CACHE: "~/hub", HUGGINGFACE_HUB_CACHE: "/old" }).cache, join(home, "hub"));
    assert.equal(read({ HF_ENDPOINT: "https://mirror.example/" }).endpoint, "https://mirror.example");
    for (const yes of ["1", "true", "YES", "on"]) assert.ok(read({ HF_HUB_OFFLINE: yes }).offline);
    assert.ok(!read({ HF_HUB_OFFLINE: "0" }).offline);
    assert.equal(read({ HF_TOKEN: " hf_a\n" }).token, "hf_a");
    mkdirSync(join(home, "own"));
    writeFileSync(join(home, "own/token"), "hf_b\n");
    assert.equal(read({ HF_HOME: join(home, "own") }).token, "hf_b");
    assert.equal(read({ HF_TOKEN_PATH: join(home, "own/token"), HF_TOKEN: "hf_a" }).token, "hf_a");
    assert.equal(read({ HF_TOKEN_PATH: "~/own/token" }).token, "hf_b");
  } finally {
    rmSync(home, { recursive: true });
  }
});
