/** Layers on the server's disk, each in a file of its own that is checked when it is read. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readChecked, writeChecked } from "../../hub/mod.ts";
import { KEPT_LAYERS, type LayerStore } from "./layers.ts";

/** Layers below a folder of derived files. */
export function diskLayers(cacheDir: string): LayerStore {
  const folder = join(cacheDir, "explorer", "layers");
  const pathOf = (id: string) => join(folder, `${id}.bin`);

  async function forgetOldest(): Promise<void> {
    const files = await Promise.all(
      (await readdir(folder)).map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
    );
    files.sort((a, b) => b.at - a.at);
    for (const { name } of files.slice(KEPT_LAYERS)) await rm(join(folder, name), { force: true });
  }

  return {
    async read(id) {
      if (!/^[0-9a-f]{16}$/u.test(id)) return undefined;
      const { state, content } = await readChecked(pathOf(id));
      return state === "sound" ? JSON.parse(new TextDecoder().decode(content)) : undefined;
    },
    async keep(layer) {
      await writeChecked(pathOf(layer.id), new TextEncoder().encode(JSON.stringify(layer)));
      await forgetOldest();
    },
  };
}
