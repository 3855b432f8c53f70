/** Items that a stage samples one after the other: what is found of each, and pictures of the first ones, are kept while it is unfinished. */
import { joinedBytes } from "../../lib/engine/joined.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { SAVE_EVERY_MS } from "../adapters/score_task.ts";
import { endOfStep, type StageContext } from "../runner/mod.ts";

/** The output's file of pictures, and its name in a checkpoint. */
const PICTURES = "pictures.rgb";

/** What one item gives. */
export interface KeptItem<Found> {
  /** As JSON. */
  readonly found: Found;
  readonly pictures: readonly RgbPicture[];
}

/**
 * What is found of each item; killed, the stage goes on after the last one that was saved. Writes pictures.rgb.
 *
 * @param options.shown the first items, whose pictures are written.
 * @param options.images pictures that an item takes to sample.
 * @param make makes an item; `progress` hears of its sampled pictures.
 */
export async function keptItems<Found>(
  context: StageContext,
  { items, shown, images }: { readonly items: number; readonly shown: number; readonly images: number },
  make: (index: number, progress: (done: number) => void) => Promise<KeptItem<Found>>,
): Promise<readonly Found[]> {
  const saved = await context.loadLatestCheckpoint();
  const found = saved ? [...saved.state as unknown as Found[]] : [];
  const pictures = saved ? [saved.files[PICTURES] as Uint8Array] : [];
  const progress = (count: number) => context.progress(count, items * images, "images");
  let lastSave = performance.now();
  while (found.length < items) {
    const before = found.length * images;
    const item = await make(found.length, (done) => progress(before + done));
    if (found.length < shown) pictures.push(...item.pictures.map(({ pixels }) => pixels));
    found.push(item.found);
    const unfinished = found.length < items;
    const kept = await endOfStep(context.signal, {
      show: () => progress(found.length * images),
      save: () =>
        context.saveCheckpoint(
          found.length,
          { [PICTURES]: joinedBytes(pictures) },
          JSON.parse(JSON.stringify(found)),
        ),
      due: unfinished && performance.now() - lastSave > SAVE_EVERY_MS,
      dueWhenStopping: unfinished,
    });
    if (kept) lastSave = performance.now();
  }
  context.write(PICTURES, joinedBytes(pictures));
  return found;
}
