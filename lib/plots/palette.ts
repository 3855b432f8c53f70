/**
 * Colours and symbols, fixed in this one file. Okabe and Ito (2008): distinguished by colour-blind readers, and legible on white and on dark
 * grounds; a symbol of its own is every series' second cue.
 */

/** How a series looks. */
export interface SeriesLook {
  /** CSS colour. */
  readonly colour: string;
  /** Name of a Plotly marker symbol. */
  readonly symbol: MarkerSymbol;
}

/** Marker symbols that the page and the still picture both render. */
export type MarkerSymbol =
  | "circle"
  | "square"
  | "diamond"
  | "triangle-up"
  | "triangle-down"
  | "cross"
  | "x"
  | "star";

/** The series colours in order of use. */
export const SERIES: readonly SeriesLook[] = [
  { colour: "#0072b2", symbol: "circle" },
  { colour: "#d55e00", symbol: "square" },
  { colour: "#009e73", symbol: "diamond" },
  { colour: "#cc79a7", symbol: "triangle-up" },
  { colour: "#e69f00", symbol: "triangle-down" },
  { colour: "#56b4e9", symbol: "cross" },
  { colour: "#7f7f7f", symbol: "x" },
];

/** Light to dark in one hue, for heat maps; values run upwards. */
export const SEQUENTIAL: readonly (readonly [position: number, colour: string])[] = [
  [0, "#f7fbff"],
  [0.25, "#c6dbef"],
  [0.5, "#6baed6"],
  [0.75, "#2171b5"],
  [1, "#08306b"],
];

/** Colour number `i` of the series, round and round. */
export function seriesLook(i: number): SeriesLook {
  return SERIES[((i % SERIES.length) + SERIES.length) % SERIES.length] as SeriesLook;
}

/** What is done with the parameters of a diagram's part. */
export type DiagramRole = "frozen" | "trained" | "new" | "data";

/** Grounds and outlines of diagrams: light grounds carry dark words in either theme. Orange and green as in the paper's Fig. 3. */
export const DIAGRAM_LOOKS: Readonly<
  Record<DiagramRole, { readonly fill: string; readonly stroke: string; readonly dash?: string }>
> = {
  frozen: { fill: "#dfe5ec", stroke: "#5f6b7a" },
  trained: { fill: "#ffe3bf", stroke: "#d55e00" },
  new: { fill: "#cdeede", stroke: "#009e73" },
  data: { fill: "#ffffff", stroke: "#5f6b7a", dash: "4 3" },
};
