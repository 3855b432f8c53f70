/** Figures as one page that needs nothing besides itself. */
import { escapeHtml } from "./display/displayable.ts";
import { figureHtmlPart } from "./display/figure_bundle.ts";
import type { FigureSpec } from "./figure.ts";
import { plotlySource } from "./plotly.ts";

/**
 * A self-contained page of figures with captions: plotly.js inlined once, still pictures inside for readers without scripts, light or dark
 * as the reader's system is.
 *
 * @param options.title the page's heading; by default the first figure's.
 */
export function figureHtml(figures: readonly FigureSpec[], options: { title?: string } = {}): string {
  const title = options.title ?? figures[0]?.layout.title?.text ?? "Figures";
  const sections = figures.map((figure) =>
    `<section id="${escapeHtml(figure.id)}">${figureHtmlPart(figure)}</section>`
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 1100px; font: 16px/1.5 system-ui, sans-serif;
  color: #1b1f24; background: #fff; }
section { margin: 2.5rem 0; }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #16181b; } }
@media print { body { color: #000; background: #fff; } }
</style>
<script>${plotlySource()}</script>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${sections.join("\n")}
</body>
</html>
`;
}
