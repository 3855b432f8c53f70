/** A figure as one notebook output in five forms. */
import type { FigureSpec } from "../figure_spec.ts";
import { figureSvg, STILL_WIDTH } from "../figure_svg.ts";
import { plotlyJson, plotlySource, upgradeScript } from "../plotly.ts";
import { escapeHtml } from "../escape_html.ts";
import { type Displayable, displayed, type MediaBundle, scrolled } from "./displayable.ts";

/** A short name from text: the same text gives the same name, so that a rerun changes nothing in the file. */
function nameOf(text: string): string {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return (hash >>> 0).toString(36);
}

/** The still picture with its caption. */
function stillHtmlPart(figure: FigureSpec, id?: string): string {
  const size = { width: figure.layout.width ?? STILL_WIDTH, ...(id === undefined ? {} : { id }) };
  return `<figure style="margin:0;max-width:100%">${scrolled(figureSvg(figure, { theme: "page" }), size)}` +
    `<figcaption style="max-width:76ch;font-size:90%;opacity:0.85">${
      escapeHtml(figure.caption)
    }</figcaption></figure>`;
}

/** The still picture with its caption, and a script that brings it to life where plotly.js is on the page. */
export function figureHtmlPart(figure: FigureSpec): string {
  const id = `figure-${nameOf(JSON.stringify([figure.id, figure.caption, figure.data, figure.layout]))}`;
  return `${stillHtmlPart(figure, id)}<script>${upgradeScript(id, figure)}</script>`;
}

/** A figure's HTML with what front ends without HTML show: SVG, or text. */
function withPlainForms(figure: FigureSpec, html: string): MediaBundle {
  return {
    "text/html": html,
    "image/svg+xml": figureSvg(figure),
    "text/plain": `${figure.layout.title?.text ?? figure.id}: ${figure.caption}`,
  };
}

/**
 * The forms of a figure: Plotly's JSON for front ends with its renderer; HTML with the still picture inside, which
 * {@link interactiveFigures} makes live; SVG for front ends that strip HTML; text.
 */
export function figureBundle(figure: FigureSpec): MediaBundle {
  return {
    "application/vnd.plotly.v1+json": plotlyJson(figure, { caption: true }),
    ...withPlainForms(figure, figureHtmlPart(figure)),
  };
}

/**
 * A figure's still forms, for one that is about to be replaced: JupyterLab's renderer of Plotly's JSON renders an output once and leaves
 * updates of it out.
 */
export function stillBundle(figure: FigureSpec): MediaBundle {
  return withPlainForms(figure, stillHtmlPart(figure));
}

/**
 * At the end of a cell, puts plotly.js on the page once (1.5 MB in the notebook's file): the figures of later cells can then be zoomed and
 * switched also where the front end has no renderer of Plotly's own.
 */
export function interactiveFigures(): Displayable {
  return displayed({}, () => ({
    "text/html":
      `<script>${plotlySource()}</script><small>plotly.js is on this page: figures below are interactive.</small>`,
    "text/plain": "plotly.js is on this page where scripts run",
  }));
}
