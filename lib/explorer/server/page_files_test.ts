import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageFiles } from "./page_files.ts";

Deno.test("pageFiles() bundles the page once, also when asked twice at a time, and again where the bundle is damaged", async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), "page-"));
  try {
    const [one, two] = await Promise.all([pageFiles(cacheDir), pageFiles(cacheDir)]);
    const text = (files: typeof one, path: string) => new TextDecoder().decode(files.get(path)!.content);
    assert.equal(text(one, "/page.js"), text(two, "/page.js"));
    assert.ok(text(one, "/page.js").includes("Nothing is looked at yet"));
    assert.match(text(one, "/page.css"), /\.share-bar/);
    assert.deepEqual([...one.keys()].sort(), ["/", "/favicon.svg", "/page.css", "/page.js", "/plotly.js"]);
    const folder = join(cacheDir, "explorer"), kept = await readdir(folder);
    assert.equal(kept.length, 1);
    await writeFile(join(folder, kept[0]!), "damaged");
    assert.equal((await pageFiles(cacheDir)).get("/page.js")!.tag, one.get("/page.js")!.tag);
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
});
