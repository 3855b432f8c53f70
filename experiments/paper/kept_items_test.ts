import assert from "node:assert/strict";
import type { Json } from "../../lib/hub/mod.ts";
import type { StageContext } from "../runner/mod.ts";
import { keptItems } from "./kept_items.ts";

/** A stage's context whose checkpoint and output stay in memory. */
function memory() {
  let kept: { step: number; files: Record<string, Uint8Array>; state: Json } | undefined;
  const written = new Map<string, string | Uint8Array>();
  const heard: string[] = [];
  const context = (signal: AbortSignal) =>
    ({
      signal,
      loadLatestCheckpoint: () => Promise.resolve(kept),
      saveCheckpoint: (step: number, files: Record<string, Uint8Array>, state: Json) => {
        kept = { step, files, state };
        return Promise.resolve();
      },
      // As the runner's, it ends a stage that was asked to stop.
      progress: (done: number, total: number) => {
        signal.throwIfAborted();
        heard.push(`${done}/${total}`);
      },
      write: (name: string, content: string | Uint8Array) => void written.set(name, content),
    }) as unknown as StageContext;
  return { context, written, heard };
}

Deno.test("keptItems() stopped between two items goes on after the last one, to the same findings and pictures", async () => {
  const size = { items: 5, shown: 3, images: 2 };
  const make =
    (made: number[], stop?: AbortController) => (index: number, progress: (done: number) => void) => {
      made.push(index);
      progress(1);
      if (index === 1) stop?.abort(new Error("stopped"));
      const picture = { width: 1, height: 1, pixels: Uint8Array.of(index, index, index) };
      return Promise.resolve({ found: { index }, pictures: [picture, picture] });
    };
  const { context, written, heard } = memory();
  const stop = new AbortController(), first: number[] = [], second: number[] = [];
  await assert.rejects(keptItems(context(stop.signal), size, make(first, stop)), /stopped/);
  const found = await keptItems(context(new AbortController().signal), size, make(second));
  assert.deepEqual([first, second], [[0, 1], [2, 3, 4]]);
  assert.deepEqual(found, [0, 1, 2, 3, 4].map((index) => ({ index })));
  assert.deepEqual(
    [...written.get("pictures.rgb") as Uint8Array],
    [0, 1, 2].flatMap((index) => Array(6).fill(index)),
  );
  assert.deepEqual(heard.slice(-2), ["9/10", "10/10"]);
});
