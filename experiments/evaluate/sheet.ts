/** A measurement's pictures as a labelled sheet. */
import { type GridRow, imageGridPng } from "../../lib/plots/mod.ts";
import { SIZE } from "../../lib/tasks/mod.ts";
import type { GalleryItem, Measured } from "../parts/measurement.ts";

const COLUMNS = 8;
const MOST = 32;

const colourOf = ({ good }: GalleryItem) =>
  good === undefined ? {} : { colour: good ? "#1a7f37" : "#b35900" };

/** The first 32 pictures with their captions as PNG bytes. */
export async function sheetPng(
  gallery: NonNullable<Measured["gallery"]>,
  options: { title: string; subtitle: string },
): Promise<Uint8Array> {
  const items = gallery.items.slice(0, MOST);
  const columns = Math.max(1, Math.floor(COLUMNS / (items[0]?.images.length ?? 1)));
  const rows: GridRow[] = [];
  for (let first = 0; first < items.length; first += columns) {
    const part = items.slice(first, first + columns);
    rows.push({
      name: `${first + 1} – ${first + part.length}`,
      note: first === 0 ? gallery.note : "",
      cells: part.map((item) => ({
        images: item.images.map((pixels) => ({ width: SIZE, height: SIZE, pixels })),
        captions: [{ text: item.caption, ...colourOf(item) }],
      })),
    });
  }
  return await imageGridPng({ ...options, rows }, { zoom: 2 });
}
