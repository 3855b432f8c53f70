/** A drawing in the form that suits it, and its files. */
import { pngBundle } from "./display/picture_bundle.ts";
import { escapeHtml, type MediaBundle, scrolled } from "./display/displayable.ts";
import { figureBundle, figureHtmlPart } from "./display/figure_bundle.ts";
import type { FigureSpec } from "./figure_spec.ts";
import { figurePng, figureSvg } from "./figure_svg.ts";

/** A plot, a diagram or a picture. */
export type Drawing =
  | { readonly kind: "figure"; readonly figure: FigureSpec }
  | {
    readonly kind: "diagram";
    readonly id: string;
    readonly caption: string;
    /** Pixels across. */
    readonly width: number;
    /** The document; "page" in the page's own text colour on a clear ground. */
    readonly svg: (theme: "paper" | "page") => string;
  }
  | { readonly kind: "picture"; readonly id: string; readonly caption: string; readonly png: Uint8Array };

/** Short name for files and anchors. */
export function drawingId(drawing: Drawing): string {
  return drawing.kind === "figure" ? drawing.figure.id : drawing.id;
}

/** What it shows. */
export function drawingCaption(drawing: Drawing): string {
  return drawing.kind === "figure" ? drawing.figure.caption : drawing.caption;
}

/** Marks above which a still SVG is larger than a picture of it. */
const MANY_MARKS = 4000;
/** Pixels per unit of such a picture. */
const ZOOM = 1.5;

function isDense({ data }: FigureSpec): boolean {
  return data.reduce((sum, trace) => sum + (trace.type === "scatter" ? trace.x.length : 0), 0) > MANY_MARKS;
}

/** Name of the still form: `.svg`, or `.png` for pictures and for figures of thousands of marks. */
export function stillName(drawing: Drawing): string {
  const raster = drawing.kind === "picture" || (drawing.kind === "figure" && isDense(drawing.figure));
  return `${drawingId(drawing)}.${raster ? "png" : "svg"}`;
}

/** The still form: its name, and an SVG document or the bytes of a PNG file. */
export async function stillFile(
  drawing: Drawing,
): Promise<{ readonly name: string; readonly content: string | Uint8Array }> {
  const name = stillName(drawing);
  switch (drawing.kind) {
    case "figure":
      return {
        name,
        content: isDense(drawing.figure)
          ? await figurePng(drawing.figure, { zoom: ZOOM })
          : figureSvg(drawing.figure),
      };
    case "diagram":
      return { name, content: drawing.svg("paper") };
    case "picture":
      return { name, content: drawing.png };
  }
}

/** Pixels across, from the header that opens every PNG file. */
const pngWidth = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset, png.byteLength).getUint32(16);

/** The drawing with its caption as part of a page. */
export function drawingHtml(drawing: Drawing): string {
  if (drawing.kind === "figure") return figureHtmlPart(drawing.figure);
  const body = drawing.kind === "diagram"
    ? scrolled(drawing.svg("page"), { width: drawing.width })
    : scrolled(String(pngBundle(drawing.png, { alt: drawing.caption })["text/html"]), {
      width: pngWidth(drawing.png),
    });
  return `<figure style="margin:0;max-width:100%">${body}` +
    `<figcaption style="max-width:76ch;font-size:90%;opacity:0.85">${
      escapeHtml(drawing.caption)
    }</figcaption></figure>`;
}

/** The forms of a drawing as a notebook output. */
export function drawingBundle(drawing: Drawing): MediaBundle {
  if (drawing.kind === "figure") return figureBundle(drawing.figure);
  const words = { "text/html": drawingHtml(drawing), "text/plain": drawing.caption };
  return drawing.kind === "diagram"
    ? { ...words, "image/svg+xml": drawing.svg("paper") }
    : { ...pngBundle(drawing.png, { alt: drawing.caption }), ...words };
}
