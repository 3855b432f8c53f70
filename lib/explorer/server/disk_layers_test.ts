import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LayerAnswer } from "../api.ts";
import { diskLayers } from "./disk_layers.ts";
import { KEPT_LAYERS } from "./layers.ts";

const layer = (number: number) => ({ id: number.toString(16).padStart(16, "0") }) as LayerAnswer;

async function inFolder(test: (cache: string, folder: string) => Promise<void>): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), "layers-"));
  try {
    await test(cache, join(cache, "explorer", "layers"));
  } finally {
    rmSync(cache, { recursive: true });
  }
}

Deno.test("diskLayers() keeps a new layer though the clock was ahead when all others were written", () =>
  inFolder(async (cache, folder) => {
    const layers = diskLayers(cache), ahead = new Date(2100, 0, 1);
    for (let i = 0; i < KEPT_LAYERS; i++) {
      await layers.keep(layer(i));
      utimesSync(join(folder, `${layer(i).id}.bin`), ahead, ahead);
    }
    await layers.keep(layer(99));
    assert.deepEqual(await layers.read(layer(99).id), layer(99));
    assert.equal(readdirSync(folder).length, KEPT_LAYERS);
  }));

Deno.test("diskLayers() of two explorers on one folder keep each other's layers and unfinished files", () =>
  inFolder(async (cache, folder) => {
    const both = [diskLayers(cache), diskLayers(cache)];
    await Promise.all(
      Array.from({ length: 3 * KEPT_LAYERS }, (_, i) => both[i % 2]!.keep(layer(i))),
    );
    const unfinished = join(folder, "x.bin.1.partial");
    writeFileSync(unfinished, "");
    await both[0]!.keep(layer(99));
    const names = readdirSync(folder);
    assert.ok(names.includes("x.bin.1.partial"));
    assert.equal(names.filter((name) => name.endsWith(".bin")).length, KEPT_LAYERS);
  }));
