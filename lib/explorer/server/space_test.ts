import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSentenceEmbedder, loadSentenceEncoder } from "../../clip/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { openSpace } from "./space.ts";

const SIZES = { train: 20, heldOut: 4 };
const nobody = () => Promise.reject(new Error("it was asked for"));

Deno.test("openSpace() says that its map could not be kept before it lays anything out", () =>
  assert.rejects(
    openSpace({ cacheDir: "/proc/nowhere", embedder: nobody }),
    (error) => error instanceof UserError && /^Cannot write \/proc\/nowhere[^\n]+$/.test(error.message),
  ));

Deno.test("openSpace(), twice at once, keeps one map, which is read whatever the clock says it was made", async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "space-")), folder = join(cacheDir, "explorer");
  const embedder = createSentenceEmbedder(await loadSentenceEncoder(), { batch: 16 });
  try {
    const open = () => openSpace({ ...SIZES, cacheDir, embedder: () => Promise.resolve(embedder) });
    const [first, second] = await Promise.all([open(), open()]);
    assert.deepEqual(first, second);
    const [name, ...more] = readdirSync(folder);
    assert.deepEqual(more, []);
    const path = join(folder, name!), bytes = readFileSync(path);
    for (const year of [1970, 2100]) {
      utimesSync(path, new Date(year, 0, 2), new Date(year, 0, 2));
      assert.deepEqual(await openSpace({ ...SIZES, cacheDir, embedder: nobody }), first);
    }
    assert.deepEqual(readFileSync(path), bytes);
  } finally {
    await embedder.dispose();
    rmSync(cacheDir, { recursive: true });
  }
});
