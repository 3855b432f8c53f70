import assert from "node:assert/strict";
import { readGallery, writeGallery } from "./gallery.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";

Deno.test("readGallery() gives back what writeGallery() wrote, and a picture of another size is refused", async () => {
  const files = new Map<string, Uint8Array | string>();
  const context = {
    write: (name: string, content: Uint8Array | string) => files.set(name, content),
  } as unknown as StageContext;
  const output = {
    text: (name: string) => Promise.resolve(files.get(name)),
    bytes: (name: string) => Promise.resolve(files.get(name)),
  } as unknown as StageOutput;
  const pixels = (value: number) => new Uint8Array(2 * 2 * 3).fill(value);
  const items = [3, 8].map((index) => ({
    index,
    side: 2,
    condition: pixels(index),
    target: pixels(index + 1),
    output: pixels(index + 2),
  }));
  writeGallery(items, context);
  assert.deepEqual(await readGallery(output), items);
  assert.throws(
    () => writeGallery([{ ...items[0]!, side: 3 }], context),
    /needs 3×3×3 bytes for item 3, got 12/,
  );
});
