/** Figures as one page that needs nothing besides itself. */
import { figureHtmlPart } from "./display/figure_bundle.ts";
import type { FigureSpec } from "./figure_spec.ts";
import { pageHtml } from "./page_html.ts";

/**
 * A self-contained page of figures with captions: plotly.js inlined once, still pictures inside for readers without scripts, light or dark
 * as the reader's system is.
 *
 * @param options.title the page's heading; by default the first figure's.
 */
export function figureHtml(figures: readonly FigureSpec[], options: { title?: string } = {}): string {
  return pageHtml({
    title: options.title ?? figures[0]?.layout.title?.text ?? "Figures",
    sections: figures.map((figure) => ({ id: figure.id, html: figureHtmlPart(figure) })),
    interactive: true,
  });
}
