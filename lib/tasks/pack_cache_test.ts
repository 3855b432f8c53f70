import assert from "node:assert/strict";
import sources from "../../data/sources.json" with { type: "json" };
import configuration from "../../deno.json" with { type: "json" };
import { openPack, packImages } from "./image_pack.ts";
import { cachedPack, type CacheEvent } from "./pack_cache.ts";

const pictures = [1, 2, 3].map((side) => ({
  width: side,
  height: 2,
  pixels: new Uint8Array(side * 8).fill(side * 40),
}));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("packImages() and openPack() give the pictures back", () => {
  const pack = openPack(packImages(pictures));
  assert.equal(pack.count, 3);
  pictures.forEach((picture, i) => assert.deepEqual(pack.image(i), picture));
  assert.throws(() => pack.image(3), RangeError);
});

Deno.test("cachedPack() builds once, and again with a report when the file is damaged", async () => {
  await inFolder(async (cacheDir) => {
    let builds = 0;
    const load = async (): Promise<string[]> => {
      const events: CacheEvent[] = [];
      const build = (): Promise<Uint8Array> => {
        builds++;
        return Promise.resolve(packImages(pictures));
      };
      const pack = await cachedPack("few", build, { cacheDir, onEvent: (event) => events.push(event) });
      assert.deepEqual(pack.image(2), pictures[2]);
      return events.map(({ kind }) => kind);
    };
    const path = `${cacheDir}/tasks/few.pack`;
    assert.deepEqual(await load(), ["building", "built"]);
    assert.deepEqual(await load(), []);
    const bytes = await Deno.readFile(path);
    for (const damaged of [flipped(bytes), bytes.slice(0, bytes.length - 9), new Uint8Array()]) {
      await Deno.writeFile(path, damaged);
      assert.deepEqual(await load(), ["corrupted", "building", "built"]);
    }
    assert.deepEqual(await load(), []);
    assert.equal(builds, 4);
    assert.deepEqual(Array.from(Deno.readDirSync(`${cacheDir}/tasks`), ({ name }) => name), ["few.pack"]);
  });
});

Deno.test("cachedPack() goes on and reports when the folder cannot be written", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/tasks`, "a file where a folder should be");
    const events: string[] = [];
    const build = () => Promise.resolve(packImages(pictures));
    const pack = await cachedPack("few", build, {
      cacheDir: folder,
      onEvent: ({ kind }) => events.push(kind),
    })
      .catch((error) => error);
    assert.ok(!(pack instanceof Error), String(pack));
    assert.deepEqual(events, ["building", "unsaved", "built"]);
  });
});

Deno.test("data/sources.json pins the versions that deno.json installs", () => {
  const imports: Record<string, string> = configuration.imports;
  for (const { name, version } of sources.packages) assert.equal(imports[name], `npm:${name}@${version}`);
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length - 1]! ^= 1;
  return copy;
}
