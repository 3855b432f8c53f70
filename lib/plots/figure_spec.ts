/** The part of Plotly's JSON that both renderers know: a page's plotly.js and {@link figureSvg}. */
import type { MarkerSymbol } from "./palette.ts";

/** A coordinate; a string is a category; null breaks a line. */
export type Datum = number | string | null;

/** Half lengths of error bars. */
export interface ErrorBars {
  /** Lengths in data units. */
  readonly type: "data";
  /** Upwards, or both ways where `arrayminus` is absent. */
  readonly array: readonly number[];
  /** Downwards. */
  readonly arrayminus?: readonly number[];
  /** False where `arrayminus` differs. */
  readonly symmetric?: boolean;
}

/** What every trace may say. */
export interface TraceBase {
  /** In the legend and on hover. */
  readonly name?: string;
  /** "x", "x2", …: which subplot. */
  readonly xaxis?: string;
  /** "y", "y2", … */
  readonly yaxis?: string;
  /** Default true where there is a name. */
  readonly showlegend?: boolean;
  /** Traces switched on and off together. */
  readonly legendgroup?: string;
  /** 0 … 1. */
  readonly opacity?: number;
  /** What the pointer shows, per mark. */
  readonly hovertext?: readonly string[];
  /** Plotly's hover switch. */
  readonly hoverinfo?: "all" | "skip" | "text" | "name+text";
}

/** Points, lines and bands. */
export interface ScatterTrace extends TraceBase {
  /** Kind. */
  readonly type: "scatter";
  /** Horizontal. */
  readonly x: readonly Datum[];
  /** Vertical. */
  readonly y: readonly Datum[];
  /** What is shown. */
  readonly mode: "markers" | "lines" | "lines+markers" | "text" | "markers+text";
  /** Written beside the points in a text mode. */
  readonly text?: readonly string[];
  /** Where the text stands. */
  readonly textposition?: "top center" | "bottom center" | "middle right" | "middle left" | "middle center";
  /** Points. */
  readonly marker?: {
    readonly color?: string;
    readonly size?: number;
    readonly symbol?: MarkerSymbol;
    readonly opacity?: number;
    readonly line?: { readonly color?: string; readonly width?: number };
  };
  /** Lines. */
  readonly line?: {
    readonly color?: string;
    readonly width?: number;
    readonly dash?: "solid" | "dash" | "dot";
  };
  /** "toself" closes the line into an area; "tonexty" fills down to the trace before it. */
  readonly fill?: "toself" | "tonexty";
  /** Of the area. */
  readonly fillcolor?: string;
  /** Vertical error bars. */
  readonly error_y?: ErrorBars;
}

/** Bars, side by side where several traces share categories. */
export interface BarTrace extends TraceBase {
  /** Kind. */
  readonly type: "bar";
  /** Categories, or lengths when horizontal. */
  readonly x: readonly Datum[];
  /** Lengths, or categories when horizontal. */
  readonly y: readonly Datum[];
  /** "h" lays the bars on their side. */
  readonly orientation?: "v" | "h";
  /** Written at the end of each bar. */
  readonly text?: readonly string[];
  /** Where the text stands. */
  readonly textposition?: "outside" | "none";
  /** Look. */
  readonly marker?: { readonly color?: string };
  /** Along the bars, vertical ones only. */
  readonly error_y?: ErrorBars;
}

/** A matrix of colours. */
export interface HeatmapTrace extends TraceBase {
  /** Kind. */
  readonly type: "heatmap";
  /** Values [rows columns], the first row at the bottom unless the axis is reversed. */
  readonly z: readonly (readonly number[])[];
  /** Column names. */
  readonly x: readonly Datum[];
  /** Row names. */
  readonly y: readonly Datum[];
  /** Written into the cells. */
  readonly text?: readonly (readonly string[])[];
  /** "%{text}" writes them. */
  readonly texttemplate?: "%{text}";
  /** Colours by position 0 … 1. */
  readonly colorscale?: readonly (readonly [number, string])[];
  /** Value of the first colour. */
  readonly zmin?: number;
  /** Value of the last colour. */
  readonly zmax?: number;
  /** Whether a colour bar is shown; the still picture has none. */
  readonly showscale?: boolean;
}

/** A trace. */
export type Trace = ScatterTrace | BarTrace | HeatmapTrace;

/** One axis. */
export interface Axis {
  /** Below or beside it. */
  readonly title?: { readonly text: string };
  /** First and last value; powers of ten on a log axis. A falling range reverses the axis. */
  readonly range?: readonly [number, number];
  /** Kind; found from the data if absent. */
  readonly type?: "linear" | "log" | "category";
  /** Where ticks stand. */
  readonly tickvals?: readonly number[];
  /** What they say. */
  readonly ticktext?: readonly string[];
  /** Share of the plotting area, 0 … 1. */
  readonly domain?: readonly [number, number];
  /** The axis it stands on. */
  readonly anchor?: string;
  /** False hides line, ticks, grid and title. */
  readonly visible?: boolean;
  /** Grid lines. */
  readonly showgrid?: boolean;
  /** Numbers at the ticks. */
  readonly showticklabels?: boolean;
  /** "reversed" runs the other way. */
  readonly autorange?: "reversed";
  /** "y" and so on: one unit is as long on both. */
  readonly scaleanchor?: string;
  /** Whether 0 is marked. */
  readonly zeroline?: boolean;
}

/** Words, or an arrow with words at its tail. */
export interface Annotation {
  /** May hold <b> and <br>. */
  readonly text: string;
  /** Its place, or the arrow's head. */
  readonly x: number | string;
  /** Likewise. */
  readonly y: number | string;
  /** "paper" counts 0 … 1 of the plotting area. */
  readonly xref?: string;
  /** Likewise. */
  readonly yref?: string;
  /** Whether an arrow is shown. */
  readonly showarrow: boolean;
  /** Tail of the arrow, in `axref`'s units. */
  readonly ax?: number;
  /** Likewise. */
  readonly ay?: number;
  /** An axis; must be given with an arrow. */
  readonly axref?: string;
  /** Likewise. */
  readonly ayref?: string;
  /** Of the arrow. */
  readonly arrowcolor?: string;
  /** Of the words. */
  readonly font?: { readonly size?: number; readonly color?: string };
  /** Which side of the words stands at x. */
  readonly xanchor?: "left" | "center" | "right";
  /** Likewise at y. */
  readonly yanchor?: "top" | "middle" | "bottom";
}

/** A box, an ellipse or a line behind the traces. */
export interface Shape {
  /** Kind. */
  readonly type: "rect" | "circle" | "line";
  /** One corner. */
  readonly x0: number;
  /** Likewise. */
  readonly y0: number;
  /** The other corner. */
  readonly x1: number;
  /** Likewise. */
  readonly y1: number;
  /** "paper" or an axis. */
  readonly xref?: string;
  /** Likewise. */
  readonly yref?: string;
  /** Inside. */
  readonly fillcolor?: string;
  /** Outline. */
  readonly line?: {
    readonly color?: string;
    readonly width?: number;
    readonly dash?: "solid" | "dash" | "dot";
  };
}

/** Everything but the traces. */
export interface FigureLayout {
  /** On top. */
  readonly title?: { readonly text: string };
  /** Pixels of the still picture, default 760; the page fits the window. */
  readonly width?: number;
  /** Pixels, default 440. */
  readonly height?: number;
  /** How bars of one category stand. */
  readonly barmode?: "group" | "stack";
  /** Whether there is a legend; by default where two traces have names. */
  readonly showlegend?: boolean;
  /** Words. */
  readonly annotations?: readonly Annotation[];
  /** Boxes and lines. */
  readonly shapes?: readonly Shape[];
  /** xaxis, xaxis2, …, yaxis, yaxis2, … */
  readonly [axis: `${"x" | "y"}axis${string}`]: Axis;
}

/** What a figure is made of. */
export interface FigureSpec {
  /** Short name for files and anchors, such as "fig4". */
  readonly id: string;
  /** What it shows, at which scale, with which seeds and budget. */
  readonly caption: string;
  /** Traces. */
  readonly data: readonly Trace[];
  /** FigureLayout. */
  readonly layout: FigureLayout;
}
