/** Where rasterised packs live between runs, and how a damaged one is replaced. */
import { cacheFolder, readChecked, writeChecked } from "../hub/mod.ts";
import { type ImagePack, openPack } from "./image_pack.ts";

/** What happened to a pack on its way into memory; shown by the caller, never printed here. */
export type CacheEvent =
  | { readonly kind: "building"; readonly path: string }
  | { readonly kind: "built"; readonly path: string; readonly count: number; readonly pixelHash: string }
  | { readonly kind: "corrupted"; readonly path: string }
  | { readonly kind: "unsaved"; readonly path: string; readonly reason: string };

/** Where derived files are kept, and who hears of it. */
export interface CacheOptions {
  /** Folder of derived files; default `cacheFolder()`. */
  readonly cacheDir?: string;
  /** Called when a file is built, found damaged, or cannot be kept. */
  readonly onEvent?: (event: CacheEvent) => void;
}

/** Reads `tasks/<name>.pack`, or builds and keeps it when it is missing or its hash is wrong. */
export async function cachedPack(
  name: string,
  build: () => Promise<Uint8Array>,
  options: CacheOptions = {},
): Promise<ImagePack> {
  const path = `${options.cacheDir ?? cacheFolder()}/tasks/${name}.pack`;
  const report = options.onEvent ?? (() => {});
  const { state, content } = await readChecked(path);
  if (state === "sound") return openPack(content);
  if (state === "corrupted") report({ kind: "corrupted", path });
  report({ kind: "building", path });
  const bytes = await build();
  try {
    await writeChecked(path, bytes);
  } catch (error) {
    report({ kind: "unsaved", path, reason: error instanceof Error ? error.message : String(error) });
  }
  const pack = openPack(bytes);
  report({ kind: "built", path, count: pack.count, pixelHash: pack.pixelHash });
  return pack;
}
