/** Graphics of results: data in, picture out; and how they show themselves in a notebook. */
export {
  type GridCell,
  type GridOptions,
  type GridRow,
  type GridText,
  type ImageGrid,
  imageGridPng,
  renderImageGrid,
} from "./image_grid.ts";

export { type Figure, figure } from "./figure.ts";
export type {
  Annotation,
  Axis,
  BarTrace,
  Datum,
  ErrorBars,
  FigureLayout,
  FigureSpec,
  HeatmapTrace,
  ScatterTrace,
  Shape,
  Trace,
  TraceBase,
} from "./figure_spec.ts";
export {
  captionBelow,
  type Graphic,
  graphicBundle,
  graphicHtml,
  graphicId,
  stillFile,
  stillName,
} from "./graphic.ts";
export { pageHtml, type PageSpec } from "./page_html.ts";
export { figurePng, figureSvg, type SvgOptions } from "./figure_svg.ts";
export {
  type Diagram,
  type DiagramArrow,
  type DiagramBox,
  type DiagramGroup,
  diagramSvg,
  type DiagramTable,
  type DiagramText,
  type Place,
} from "./diagram.ts";
export { type DiagramRole, type MarkerSymbol, type SeriesLook, seriesLook } from "./palette.ts";

export { DISPLAY, type Displayable, displayed, type MediaBundle } from "./display/displayable.ts";
export { escapeHtml } from "./escape_html.ts";
export { figureBundle, stillBundle } from "./display/figure_bundle.ts";
export { showImages, type ShownPicture, showPng } from "./display/picture_bundle.ts";
export {
  type Table,
  table,
  type TableCell,
  tableHtml,
  tableMarkdown,
  type TableSpec,
} from "./display/table_bundle.ts";
export { type ShownText, showText } from "./display/text_bundle.ts";
