/** Drawings of results: data in, picture out. */
export {
  drawImageGrid,
  type GridCell,
  type GridOptions,
  type GridRow,
  type GridText,
  type ImageGrid,
  imageGridPng,
} from "./image_grid.ts";
export { textWidth, wrapText } from "./text_width.ts";
