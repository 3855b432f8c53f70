/** Sheets of pictures are rendered once, where the pixels are; afterwards the sheet is the figure. */
import type { Graphic } from "../plots/mod.ts";
import type { StoredFigure } from "./figure_result.ts";

/** Colour of instructions on sheets. */
export const INSTRUCTION_INK = "#0a58b5";

/** Pixels across that a picture has on a sheet, at least. */
const ACROSS = 128;

/** How many times a sheet enlarges pictures of this side, in pixels. */
export const sheetZoom = (side: number): number => Math.max(1, Math.ceil(ACROSS / side));

/** The stored sheet, `<experiment>.png`, as a graphic; its pixels show its caption. */
export function pictureSheet({ result, read }: StoredFigure): Graphic {
  const { experiment: id, caption } = result;
  return { kind: "picture", id, caption, png: read(`${id}.png`), captioned: true };
}
