/** Pictures and tables as notebook outputs. */
import { type GridOptions, type ImageGrid, renderImageGrid } from "../image_grid.ts";
import { encodePng } from "../../raster/mod.ts";
import { escapeHtml } from "../escape_html.ts";
import { type Displayable, displayed, type MediaBundle } from "./displayable.ts";

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

const PNG_MAGIC = [137, 80, 78, 71, 13, 10, 26, 10];

/** A PNG file's bytes as a bundle. @throws TypeError when the bytes are no PNG. */
export function pngBundle(png: Uint8Array, options: { alt: string }): MediaBundle {
  if (!PNG_MAGIC.every((byte, i) => png[i] === byte)) {
    throw new TypeError(
      `Showing "${options.alt}" needs the bytes of a PNG file, got ${png.length} other bytes`,
    );
  }
  const data = base64(png);
  return {
    "text/html": `<img alt="${
      escapeHtml(options.alt)
    }" style="max-width:100%;height:auto" src="data:image/png;base64,${data}">`,
    "image/png": data,
    "text/plain": options.alt,
  };
}

/** A PNG that shows itself. */
export interface ShownPicture extends Displayable {
  /** The file's bytes. */
  readonly png: Uint8Array;
  /** What it shows, for readers who cannot see it. */
  readonly alt: string;
}

/** A PNG file that shows itself at the end of a cell. @param options.alt what it shows, for readers who cannot see it. */
export function showPng(png: Uint8Array, options: { alt: string }): ShownPicture {
  return displayed({ png, alt: options.alt }, () => pngBundle(png, options));
}

/** A labelled sheet of images that shows itself; `alt` defaults to its title. */
export async function showImages(
  grid: ImageGrid,
  options: GridOptions & { alt?: string } = {},
): Promise<ShownPicture> {
  const { alt = grid.title ?? "images", ...gridOptions } = options;
  return showPng(encodePng(await renderImageGrid(grid, gridOptions)), { alt });
}
