/**
 * A figure is plain data: Plotly's JSON plus a caption. The page renders it with plotly.js; {@link figureSvg} renders the same data as a still
 * picture without a browser, so its types name exactly the part of Plotly's JSON that both render.
 */
import { type Displayable, displayed } from "./display/displayable.ts";
import { figureBundle } from "./display/figure_bundle.ts";
import type { FigureSpec } from "./figure_spec.ts";

/** A figure; at the end of a notebook cell it shows itself. */
export type Figure = FigureSpec & Displayable;

/**
 * A figure that shows itself in a notebook.
 *
 * @throws RangeError when a trace's lists differ in length.
 */
export function figure(spec: FigureSpec): Figure {
  for (const [i, trace] of spec.data.entries()) {
    const size = trace.type === "heatmap" ? trace.z.length : trace.x.length;
    if (size !== trace.y.length) {
      throw new RangeError(
        `figure() needs traces with as many x as y: trace ${i} of ${spec.id} has ${size} and ${trace.y.length}`,
      );
    }
  }
  return displayed({ ...spec }, (self) => figureBundle(self));
}
