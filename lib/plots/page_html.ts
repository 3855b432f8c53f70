/** A page that needs nothing besides itself, light or dark as the reader's system is. */
import { escapeHtml } from "./escape_html.ts";
import { plotlySource } from "./plotly.ts";

/** What stands on a page. */
export interface PageSpec {
  /** Heading. */
  readonly title: string;
  /** HTML of the sections, in order. */
  readonly sections: readonly { readonly id: string; readonly html: string }[];
  /** Whether figures are live: puts plotly.js on the page, once (1.5 MB). */
  readonly interactive: boolean;
  /** HTML between heading and sections. */
  readonly lead?: string;
}

/** The page as a document. */
export function pageHtml({ title, sections, interactive, lead = "" }: PageSpec): string {
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
/* On a phone a wide table is scrolled, not squeezed into columns of one word. */
table { border-collapse: collapse; font-size: 0.9em; width: max-content; max-width: max(100%, 44rem); }
th, td { padding: 0.25em 0.7em; border-bottom: 1px solid rgba(127,127,127,0.3); }
a { color: inherit; }
code { background: rgba(127,127,127,0.15); padding: 0.1em 0.3em; border-radius: 3px; }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #16181b; } }
@media print { body { color: #000; background: #fff; } }
</style>
${interactive ? `<script>${plotlySource()}</script>` : ""}
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${lead}
${sections.map(({ id, html }) => `<section id="${escapeHtml(id)}">${html}</section>`).join("\n")}
</body>
</html>
`;
}
