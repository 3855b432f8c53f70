import assert from "node:assert/strict";
import { UserError } from "../engine/mod.ts";
import type { HubSettings } from "./hub_settings.ts";
import { type HubCommit, type Uploaded, type UploadProgress, uploadToHub } from "./hub_upload.ts";
import { COMMIT, type StandInHub, startStandInHub } from "./testdata/stand_in_hub.ts";

const REPO = "owner/adapter";
const WEIGHTS = Uint8Array.from({ length: 70_001 }, (_, i) => (i * 31) % 251);
const CARD = new TextEncoder().encode("# An adapter\n");
const FILES = new Map([["adapter.safetensors", WEIGHTS], ["README.md", CARD]]);
const TOKEN = "of-a-self-hosted-hub-write";

async function withHub(test: (hub: StandInHub, settings: HubSettings) => Promise<void>): Promise<void> {
  await using hub = startStandInHub(REPO);
  await test(hub, { cache: "/nowhere", endpoint: hub.endpoint, offline: false, token: TOKEN });
}

async function upload(
  settings: HubSettings,
  more: Partial<HubCommit> = {},
): Promise<Uploaded & { seen: UploadProgress[] }> {
  const seen: UploadProgress[] = [];
  const steps = uploadToHub({ repo: REPO, title: "Share it", files: FILES, ...more }, { settings });
  for (;;) {
    const step = await steps.next();
    if (step.done) return { ...step.value, seen };
    seen.push(step.value);
  }
}

const fails = (settings: HubSettings, message: RegExp, more: Partial<HubCommit> = {}) =>
  assert.rejects(() => upload(settings, more), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });

Deno.test("uploadToHub() makes the repository where there is none and commits all files at once", () =>
  withHub(async (hub, settings) => {
    hub.exists = false;
    const { commit, address, seen } = await upload(settings, { private: true });
    assert.equal(commit, COMMIT);
    assert.equal(address, `${hub.endpoint}/${REPO}`);
    assert.equal(hub.made?.["visibility"], "private");
    assert.deepEqual(hub.commits, ["Share it"]);
    assert.deepEqual(hub.files.get("adapter.safetensors"), { content: WEIGHTS, large: true });
    assert.deepEqual(hub.files.get("README.md"), { content: CARD, large: false });
    assert.ok(seen.some(({ path, part }) => path === "adapter.safetensors" && part === 1));
    // The token is shown to the hub alone.
    assert.deepEqual([...hub.keys.hub], [`Bearer ${TOKEN}`]);
    assert.deepEqual([...hub.keys.other], [""]);
  }));

Deno.test("uploadToHub() leaves a repository that is there as it is but for its files", () =>
  withHub(async (hub, settings) => {
    hub.files.set("kept.txt", { content: CARD, large: false });
    await upload(settings);
    await upload(settings, { title: "Again" });
    assert.equal(hub.made, undefined);
    assert.deepEqual(hub.commits, ["Share it", "Again"]);
    assert.ok(hub.files.has("kept.txt"));
  }));

Deno.test("uploadToHub() commits nothing when a file does not arrive", () =>
  withHub(async (hub, settings) => {
    hub.faults.push("unavailable");
    await fails(settings, /^Uploading to owner\/adapter failed: .* answers 503/);
    assert.deepEqual(hub.commits, []);
    assert.equal(hub.files.size, 0);
  }));

Deno.test("uploadToHub() says in one sentence what is missing", () =>
  withHub(async (hub, settings) => {
    const { token: _, ...none } = settings;
    await fails(none, /needs a token \(HF_TOKEN, or hf auth login\), got none/);
    await fails({ ...settings, offline: true }, /HF_HUB_OFFLINE is set/);
    await fails({ ...settings, token: "reader" }, /refuses it \(403\); expected a token that may write/);
    await fails(settings, /needs a repository OWNER\/NAME, got "adapter"/, { repo: "adapter" });
    await fails(settings, /needs OWNER\/NAME and a path/, { files: new Map([["../x", CARD]]) });
    await fails({ ...settings, endpoint: "http://127.0.0.1:1" }, /expected to reach http:\/\/127.0.0.1:1/);
    hub.refuse = 500;
    await fails(settings, /answers 500/);
  }));
