/** The notebook's front end, where there is one. Outside a Deno kernel even naming `Deno.jupyter` throws. */
import type { MediaBundle } from "../plots/mod.ts";

/** What a kernel can show. */
export interface NotebookOutput {
  /** Shows a bundle; with the id of one shown before, `update` puts it in that one's place. */
  show(bundle: MediaBundle, options?: { id?: string; update?: boolean }): Promise<void>;
}

/** The running kernel's output, or undefined outside a kernel. */
export function notebookOutput(): NotebookOutput | undefined {
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter;
    if (typeof jupyter.display !== "function") return undefined;
  } catch {
    return undefined;
  }
  return {
    async show(bundle, { id, update = false } = {}) {
      await jupyter.display(bundle, { raw: true, update, ...(id === undefined ? {} : { display_id: id }) });
    },
  };
}
