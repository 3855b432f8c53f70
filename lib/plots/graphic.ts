/** A graphic in the form that suits it, and its files. */
import { pngBundle } from "./display/picture_bundle.ts";
import { type MediaBundle, scrolled } from "./display/displayable.ts";
import { escapeHtml } from "./escape_html.ts";
import { figureBundle, figureHtmlPart } from "./display/figure_bundle.ts";
import type { FigureSpec } from "./figure_spec.ts";
import { figurePng, figureSvg } from "./figure_svg.ts";

/** A plot, a diagram or a picture. */
export type Graphic =
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
  | {
    readonly kind: "picture";
    readonly id: string;
    readonly caption: string;
    readonly png: Uint8Array;
    /** Whether the pixels show the caption, so that a page need not print it again; default false. */
    readonly captioned?: boolean;
  };

/** Short name for files and anchors. */
export function graphicId(graphic: Graphic): string {
  return graphic.kind === "figure" ? graphic.figure.id : graphic.id;
}

/** Marks above which a still SVG is larger than a picture of it. */
const MANY_MARKS = 4000;
/** Pixels per unit of such a picture. */
const ZOOM = 1.5;

function isDense({ data }: FigureSpec): boolean {
  return data.reduce((sum, trace) => sum + (trace.type === "scatter" ? trace.x.length : 0), 0) > MANY_MARKS;
}

/** Name of the still form: `.svg`, or `.png` for pictures and for figures of thousands of marks. */
export function stillName(graphic: Graphic): string {
  const raster = graphic.kind === "picture" || (graphic.kind === "figure" && isDense(graphic.figure));
  return `${graphicId(graphic)}.${raster ? "png" : "svg"}`;
}

/** The still form: its name, and an SVG document or the bytes of a PNG file. */
export async function stillFile(
  graphic: Graphic,
): Promise<{ readonly name: string; readonly content: string | Uint8Array }> {
  const name = stillName(graphic);
  switch (graphic.kind) {
    case "figure":
      return {
        name,
        content: isDense(graphic.figure)
          ? await figurePng(graphic.figure, { zoom: ZOOM })
          : figureSvg(graphic.figure),
      };
    case "diagram":
      return { name, content: graphic.svg("paper") };
    case "picture":
      return { name, content: graphic.png };
  }
}

/** Pixels across, from the header that opens every PNG file. */
const pngWidth = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset, png.byteLength).getUint32(16);

/** What a page prints below the graphic; undefined for a picture that shows its caption itself. */
export function captionBelow(graphic: Graphic): string | undefined {
  if (graphic.kind === "figure") return graphic.figure.caption;
  return graphic.kind === "picture" && graphic.captioned ? undefined : graphic.caption;
}

/** The graphic with its caption as part of a page. */
export function graphicHtml(graphic: Graphic): string {
  if (graphic.kind === "figure") return figureHtmlPart(graphic.figure);
  const body = graphic.kind === "diagram"
    ? scrolled(graphic.svg("page"), { width: graphic.width })
    : scrolled(String(pngBundle(graphic.png, { alt: graphic.caption })["text/html"]), {
      width: pngWidth(graphic.png),
    });
  const caption = captionBelow(graphic);
  return `<figure style="margin:0;max-width:100%">${body}` +
    (caption === undefined
      ? ""
      : `<figcaption style="max-width:76ch;font-size:90%;opacity:0.85">${escapeHtml(caption)}</figcaption>`) +
    "</figure>";
}

/** The forms of a graphic as a notebook output. */
export function graphicBundle(graphic: Graphic): MediaBundle {
  if (graphic.kind === "figure") return figureBundle(graphic.figure);
  const words = { "text/html": graphicHtml(graphic), "text/plain": graphic.caption };
  return graphic.kind === "diagram"
    ? { ...words, "image/svg+xml": graphic.svg("paper") }
    : { ...pngBundle(graphic.png, { alt: graphic.caption }), ...words };
}
