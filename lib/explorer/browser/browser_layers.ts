/** Layers in the browser's own database, so that a link that names one works again in the same browser. */
import { createStore, del, entries, get, set } from "idb-keyval";
import type { LayerAnswer } from "../api.ts";
import { KEPT_LAYERS, type LayerStore } from "../server/layers.ts";

interface Kept {
  readonly layer: LayerAnswer;
  /** When it was kept, in milliseconds. */
  readonly at: number;
}

/**
 * The store; `now` is the clock, in milliseconds. A browser that keeps nothing (its user said so) is no error: its layers last as long as the
 * page.
 */
export function browserLayers(now: () => number): LayerStore {
  const store = createStore("instruction-explorer", "layers");
  const here = new Map<string, LayerAnswer>();
  return {
    async read(id) {
      try {
        return here.get(id) ?? (await get<Kept>(id, store))?.layer;
      } catch {
        return undefined;
      }
    },
    async keep(layer) {
      here.set(layer.id, layer);
      try {
        await set(layer.id, { layer, at: now() } satisfies Kept, store);
        // The new one stays, whatever the clock said when the others were kept.
        const others = (await entries<string, Kept>(store)).filter(([id]) => id !== layer.id)
          .sort(([, a], [, b]) => b.at - a.at);
        for (const [id] of others.slice(KEPT_LAYERS - 1)) await del(id, store);
      } catch {
        // Kept for this page only.
      }
    },
  };
}
