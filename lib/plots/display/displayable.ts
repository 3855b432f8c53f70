/** Objects that show themselves at the end of a notebook cell: the Deno kernel calls their method `Symbol.for("Jupyter.display")`. */
import { escapeHtml } from "../escape_html.ts";

/** One output in several forms: MIME type → content. Front ends take the richest they know. */
export type MediaBundle = Readonly<Record<string, unknown>>;

/** The name of the method that the kernel calls. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/** Something that shows itself. */
export interface Displayable {
  /** Its forms. */
  [DISPLAY](): MediaBundle | Promise<MediaBundle>;
}

/** Gives a value the method; the value's own fields and its JSON stay as they are. */
export function displayed<T extends object>(
  value: T,
  bundle: (self: T) => MediaBundle | Promise<MediaBundle>,
): T & Displayable {
  Object.defineProperty(value, DISPLAY, { value: () => bundle(value), enumerable: false });
  return value as T & Displayable;
}

/** Share of a graphic's own width below which it is no longer shrunk: its words stay legible. */
const LEAST_SHARE = 0.75;

/** HTML of a graphic that follows the page's width and, where that is a phone's, is scrolled sideways instead of shrunk. */
export function scrolled(html: string, options: { width: number; id?: string }): string {
  const id = options.id === undefined ? "" : ` id="${escapeHtml(options.id)}"`;
  return `<div style="overflow-x:auto"><div${id} style="min-width:${
    Math.round(LEAST_SHARE * options.width)
  }px">${html}</div></div>`;
}
