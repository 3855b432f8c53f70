/** The notebook's front end, where there is one. Outside a Deno kernel even naming `Deno.jupyter` throws. */
import type { MediaBundle } from "../plots/mod.ts";

/** What a kernel can show. */
export interface NotebookOutput {
  /** Shows a bundle; with the id of one shown before, `update` puts it in that one's place. */
  show(bundle: MediaBundle, options?: { id?: string; update?: boolean }): Promise<void>;
  /** Waits, after the last `show`, until the kernel has most likely sent all that was shown. */
  settle(): Promise<void>;
}

/**
 * Milliseconds. Deno's kernel (2.8.2 to 2.9.6) may announce a cell's end before the outputs in its queue have left; JupyterLab's "Run all"
 * then puts them under the next cell or drops them. Measured between cells: 20 ms are too few, from 50 ms on none was lost.
 */
const SETTLE = 150;

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
    settle: () => new Promise((resolve) => setTimeout(resolve, SETTLE)),
  };
}
