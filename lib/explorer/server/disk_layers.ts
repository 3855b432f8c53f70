/** Layers on the server's disk, each in a file of its own that is checked when it is read. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readChecked, writeChecked } from "../../hub/mod.ts";
import { KEPT_LAYERS, type LayerStore } from "./layers.ts";

/** Layers below a folder of derived files. */
export function diskLayers(cacheDir: string): LayerStore {
  const folder = join(cacheDir, "explorer", "layers");
  const pathOf = (id: string) => join(folder, `${id}.bin`);

  /** When a file was written; another process may be renaming or deleting it. */
  const writtenAt = (name: string) =>
    stat(join(folder, name)).then(({ mtimeMs }) => mtimeMs, () => undefined);

  /** Deletes the oldest of the others: the clock may have been ahead when they were written. */
  async function forgetOldest(kept: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".bin") && name !== kept);
    const files = (await Promise.all(names.map(async (name) => ({ name, at: await writtenAt(name) }))))
      .filter((file): file is { name: string; at: number } => file.at !== undefined)
      .sort((a, b) => b.at - a.at);
    for (const { name } of files.slice(KEPT_LAYERS - 1)) await rm(join(folder, name), { force: true });
  }

  return {
    async read(id) {
      if (!/^[0-9a-f]{16}$/u.test(id)) return undefined;
      const { state, content } = await readChecked(pathOf(id));
      return state === "sound" ? JSON.parse(new TextDecoder().decode(content)) : undefined;
    },
    async keep(layer) {
      await writeChecked(pathOf(layer.id), new TextEncoder().encode(JSON.stringify(layer)));
      await forgetOldest(`${layer.id}.bin`);
    },
  };
}
