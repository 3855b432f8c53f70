/** A labelled sheet of small images: rows with a name, cells with images side by side and wrapped captions below. */
import { encodePng, initialiseSvg, rasterise, type RgbPicture } from "../raster/mod.ts";
import { escapeHtml } from "./escape_html.ts";
import { wrapText } from "./text_width.ts";

/** One line of a caption before wrapping. */
export interface GridText {
  /** What it says. */
  readonly text: string;
  /** CSS colour, default near-black. */
  readonly colour?: string;
}

/** Images side by side with text below. */
export interface GridCell {
  /** Side by side, each enlarged by a whole factor. */
  readonly images: readonly RgbPicture[];
  /** Text below the images, one paragraph each. */
  readonly captions?: readonly GridText[];
}

/** A row of cells with its name on the left. */
export interface GridRow {
  /** Printed in bold on the left. */
  readonly name: string;
  /** Small print below the name. */
  readonly note?: string;
  /** From left to right. */
  readonly cells: readonly GridCell[];
}

/** A sheet. */
export interface ImageGrid {
  /** Printed in bold on top. */
  readonly title?: string;
  /** Small print below the title, such as the scale. */
  readonly subtitle?: string;
  /** Heading of each column of cells. */
  readonly columns?: readonly string[];
  /** From top to bottom. */
  readonly rows: readonly GridRow[];
}

/** How a sheet is rendered. */
export interface GridOptions {
  /** Whole factor of enlargement, default 2. */
  readonly zoom?: number;
  /** Whether enlarging interpolates (bicubic) rather than keeping pixels square; say so in the caption. Default false. */
  readonly smooth?: boolean;
  /** Most lines of one caption, default 5; longer ones end in "…". */
  readonly captionLines?: number;
}

const FONT = 13;
const LINE = 17;
const GAP = 6;
const MARGIN = 14;
const SIDE_WIDTH = 132;
const INK = "#1b1f24";

interface Placed {
  readonly x: number;
  readonly y: number;
}

/**
 * Renders the sheet; call it with at least one row of one cell.
 * @throws RangeError for a zoom that is no whole number from 1, or a grid without images.
 */
export async function renderImageGrid(grid: ImageGrid, options: GridOptions = {}): Promise<RgbPicture> {
  const { zoom = 2, captionLines = 5, smooth = false } = options;
  if (!Number.isInteger(zoom) || zoom < 1) {
    throw new RangeError(`renderImageGrid() needs a whole zoom from 1, got ${zoom}`);
  }
  const cells = grid.rows.flatMap((row) => row.cells);
  if (!cells.some((cell) => cell.images.length > 0)) {
    throw new RangeError("renderImageGrid() needs images, got none");
  }
  await initialiseSvg();

  const columnCount = Math.max(...grid.rows.map((row) => row.cells.length), grid.columns?.length ?? 0);
  const cellWidth = Math.max(...cells.map((cell) => imagesWidth(cell, zoom)), 96);
  const width = 2 * MARGIN + SIDE_WIDTH + columnCount * (cellWidth + 2 * GAP);
  const texts: string[] = [];
  const blits: (Placed & { image: RgbPicture })[] = [];
  const write = (
    text: string,
    x: number,
    y: number,
    look: { size?: number; bold?: boolean; colour?: string } = {},
  ) => {
    texts.push(
      `<text x="${x}" y="${y}" font-size="${look.size ?? FONT}" fill="${look.colour ?? INK}"` +
        `${look.bold ? ' font-weight="bold"' : ""}>${escapeXml(text)}</text>`,
    );
  };
  const columnX = (column: number): number => MARGIN + SIDE_WIDTH + column * (cellWidth + 2 * GAP);

  let y = MARGIN;
  if (grid.title) {
    for (const line of wrapText(grid.title, (width - 2 * MARGIN) / 17, { bold: true })) {
      write(line, MARGIN, y + 17, { size: 17, bold: true });
      y += 22;
    }
  }
  if (grid.subtitle) {
    for (const line of wrapText(grid.subtitle, (width - 2 * MARGIN) / 12)) {
      write(line, MARGIN, y + 13, { size: 12, colour: "#57606a" });
      y += 16;
    }
  }
  if (grid.title || grid.subtitle) y += 8;
  if (grid.columns) {
    const headings = grid.columns.map((heading) =>
      wrapText(heading, cellWidth / FONT, { bold: true, most: 4 })
    );
    headings.forEach((lines, column) =>
      lines.forEach((line, i) => write(line, columnX(column), y + FONT + i * LINE, { bold: true }))
    );
    y += Math.max(...headings.map((lines) => lines.length)) * LINE + 4;
  }
  for (const row of grid.rows) {
    const name = wrapText(row.name, (SIDE_WIDTH - GAP) / 15, { bold: true });
    const note = wrapText(row.note ?? "", (SIDE_WIDTH - GAP) / 12);
    const imagesHeight = Math.max(
      0,
      ...row.cells.flatMap((cell) => cell.images.map((image) => image.height * zoom)),
    );
    name.forEach((line, i) => write(line, MARGIN, y + 16 + i * 19, { size: 15, bold: true }));
    note.forEach((line, i) =>
      write(line, MARGIN, y + 14 + name.length * 19 + i * 16, { size: 12, colour: "#57606a" })
    );
    let height = Math.max(name.length * 19 + note.length * 16 + 6, imagesHeight);
    row.cells.forEach((cell, column) => {
      let x = columnX(column);
      for (const image of cell.images) {
        if (smooth) texts.push(smoothImage(image, { x, y }, zoom));
        else blits.push({ image, x, y });
        x += image.width * zoom + GAP;
      }
      let line = 0;
      for (const { text, colour } of cell.captions ?? []) {
        for (const part of wrapText(text, cellWidth / FONT, { most: captionLines })) {
          write(part, columnX(column), y + imagesHeight + FONT + 3 + line * LINE, { colour });
          line++;
        }
      }
      height = Math.max(height, imagesHeight + line * LINE + 6);
    });
    y += height + 12;
  }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" ` +
    `font-family="DejaVu Sans"><rect width="100%" height="100%" fill="#fff"/>${texts.join("")}</svg>`;
  const raster = rasterise(svg, { text: true });
  const sheet = { width: raster.width, height: raster.height, pixels: dropAlpha(raster.pixels) };
  for (const blit of blits) enlargeInto(sheet, blit.image, blit, zoom);
  return sheet;
}

/** The sheet as the bytes of a PNG file. */
export async function imageGridPng(grid: ImageGrid, options: GridOptions = {}): Promise<Uint8Array> {
  return encodePng(await renderImageGrid(grid, options));
}

function imagesWidth(cell: GridCell, zoom: number): number {
  return cell.images.reduce(
    (sum, image) => sum + image.width * zoom,
    GAP * Math.max(0, cell.images.length - 1),
  );
}

function enlargeInto(sheet: RgbPicture, image: RgbPicture, place: Placed, zoom: number): void {
  const rowBytes = image.width * zoom * 3;
  const row = new Uint8Array(rowBytes);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0, o = 0; x < image.width; x++) {
      const i = (y * image.width + x) * 3;
      for (let k = 0; k < zoom; k++, o += 3) {
        row[o] = image.pixels[i]!;
        row[o + 1] = image.pixels[i + 1]!;
        row[o + 2] = image.pixels[i + 2]!;
      }
    }
    for (let k = 0; k < zoom; k++) {
      sheet.pixels.set(row, ((place.y + y * zoom + k) * sheet.width + place.x) * 3);
    }
  }
}

/** A picture as an element of the sheet's document, whose renderer interpolates. */
function smoothImage(image: RgbPicture, { x, y }: Placed, zoom: number): string {
  const data = encodePng(image).toBase64();
  return `<image x="${x}" y="${y}" width="${image.width * zoom}" height="${image.height * zoom}" ` +
    `href="data:image/png;base64,${data}"/>`;
}

function dropAlpha(rgba: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4, o += 3) pixels.set(rgba.subarray(i, i + 3), o);
  return pixels;
}

function escapeXml(text: string): string {
  // deno-lint-ignore no-control-regex -- XML 1.0 has no place for control characters
  return escapeHtml(text.replace(/[\u0000-\u001f]/g, " "));
}
