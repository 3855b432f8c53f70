import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { EncodeRequest } from "../setting/model_requests.ts";
import { sourcesFields } from "../setting/pair_sources.ts";
import { encodeDataset } from "./encode_dataset.ts";

const request: EncodeRequest = {
  scale: "mini",
  task: "object",
  trainItems: 2,
  validationItems: 0,
  device: "cpu",
};

/** The data set's hash and the encoded files. */
async function encoded(more: Partial<EncodeRequest> = {}) {
  const files = new Map<string, Uint8Array | string>();
  const { datasetHash } = await encodeDataset({ ...request, ...more } as EncodeRequest, {
    cacheFolder: fileURLToPath(new URL("../../.cache", import.meta.url)),
    notice() {},
    progress() {},
    write: (name, content) => void files.set(name, content),
  });
  return { datasetHash, files };
}

Deno.test("encodeDataset() encodes other pairs of the same layout where a request names the paper's sources", async () => {
  const [shared, paper] = [await encoded(), await encoded(sourcesFields("paper"))];
  assert.notEqual(paper.datasetHash, shared.datasetHash);
  assert.deepEqual([...paper.files.keys()], [...shared.files.keys()]);
  for (const name of ["latents.f16", "images.f16", "instructions.f16"]) {
    assert.notDeepEqual(paper.files.get(name), shared.files.get(name), name);
    assert.equal(paper.files.get(name)!.length, shared.files.get(name)!.length, name);
  }
  assert.equal(paper.files.get("layout.json"), shared.files.get("layout.json"));
  assert.deepEqual(await encoded({ sources: "shared" }), shared);
});
