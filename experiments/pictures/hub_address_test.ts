import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { startStandInHub } from "../../lib/hub/testdata/stand_in_hub.ts";
import { localFile } from "./hub_address.ts";

Deno.test("localFile() gives paths as they are, and fetches hf:OWNER/NAME[@REVISION][/FILE] from the hub", async () => {
  const cache = mkdtempSync(join(tmpdir(), "address-"));
  try {
    await using hub = startStandInHub("me/mine.v2");
    const settings = { cache, endpoint: hub.endpoint, offline: false };
    const content = (text: string) => ({ content: new TextEncoder().encode(text), large: true });
    hub.files.set("adapter.safetensors", content("own"));
    hub.files.set("models/other.bin", content("other"));
    const read = async (name: string) => readFileSync(await localFile(name, { settings }), "utf8");
    assert.equal(await localFile("a/b.safetensors", { settings }), "a/b.safetensors");
    assert.equal(await read("hf:me/mine.v2"), "own");
    assert.equal(await read("hf:me/mine.v2/models/other.bin"), "other");
    assert.equal(await read("hf:me/mine.v2@v1.0/models/other.bin"), "other");
    for (
      const [name, message] of [
        ["hf:me", /needs hf:OWNER\/NAME or hf:OWNER\/NAME\/PATH, got "hf:me"/],
        ["hf:me/mine.v2/none.bin", /Downloading none.bin of me\/mine.v2 failed: expected such a file/],
        ["hf:me/mine.v2/../../x", /needs OWNER\/NAME and a path in it/],
      ] as const
    ) {
      await assert.rejects(() => localFile(name, { settings }), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  } finally {
    rmSync(cache, { recursive: true });
  }
});
