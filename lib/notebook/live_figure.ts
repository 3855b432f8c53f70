/** A figure that grows in its place while a cell runs. */
import { performance } from "node:perf_hooks";
import { figureBundle, type FigureSpec, type MediaBundle, stillBundle } from "../plots/mod.ts";
import { notebookOutput } from "./kernel.ts";

/** A place on the page for one figure. */
export interface LiveFigure {
  /** Shows the figure, still, in the place of the one before, unless that was shown just before. */
  render(spec: FigureSpec): void;
  /** Shows the figure in any case, with all its forms, when the page has taken all before it. */
  finish(spec: FigureSpec): Promise<void>;
}

/**
 * Opens a place in the running cell's output; outside a notebook nothing is shown.
 *
 * @param options.every least milliseconds between two renderings, default 500.
 */
export function liveFigure(options: { every?: number } = {}): LiveFigure {
  const { every = 500 } = options;
  const output = notebookOutput();
  const id = `live-${crypto.randomUUID()}`;
  let [shown, sent] = [false, -Infinity];
  let sending: Promise<unknown> = Promise.resolve();
  const show = (bundle: () => MediaBundle) => {
    if (!output) return;
    const update = shown;
    [shown, sent] = [true, performance.now()];
    sending = sending.then(() => output.show(bundle(), { id, update }));
  };
  return {
    render(spec) {
      if (performance.now() - sent >= every) show(() => stillBundle(spec));
    },
    async finish(spec) {
      show(() => figureBundle(spec));
      await sending;
      await output?.settle();
    },
  };
}
