/** What a map renders, and how it becomes traces: texts as plotly reads them, columns of places. */
import type { LayerAnswer } from "../api.ts";
import type { Colours } from "./colouring.ts";
import type { Known } from "./known_points.ts";
import type { PlotTrace } from "./plotly_page.ts";

/** A typed point with its place. */
export interface TypedMark {
  readonly name: string;
  readonly text: string;
  readonly place: Float32Array;
  readonly active: boolean;
}

/** A layer with its places. */
export interface LayerMarks {
  readonly layer: LayerAnswer;
  readonly places: Float32Array;
}

/** What is rendered. */
export interface MapContent {
  readonly known: Known;
  readonly solid: boolean;
  readonly colours: Colours;
  readonly dark: boolean;
  readonly hidden: ReadonlySet<string>;
  /** Undefined: nothing is chosen. */
  readonly selected?: ReadonlySet<number>;
  /** Known instructions with a ring. */
  readonly ringed: readonly number[];
  readonly typed: readonly TypedMark[];
  readonly layers: readonly LayerMarks[];
}

/** A trace with the known points it shows, so that it can be moved. */
export interface MapTrace {
  readonly trace: PlotTrace;
  readonly shows?: readonly number[];
}

/** Most letters of a label's line. */
const WIDTH = 47;

/** Text as plotly shows it: it reads some tags. */
export function plotText(text: string): string {
  if (text.length <= WIDTH && !/[&<>]/u.test(text)) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((each) =>
    each.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  ).join("<br>");
}

/** What a value makes, made once for it: every change of the map renders all of it again. */
export function onceEach<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** Points that one trace shows. */
export interface Group {
  /** Their rows. */
  readonly rows: readonly number[];
  /** As plotly shows them. */
  readonly texts: readonly string[];
}

/** Columns of places [count 3] for some rows. */
export function columns(places: Float32Array, rows: readonly number[], solid: boolean): PlotTrace {
  const column = (d: number) => {
    const values = new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = places[3 * rows[i]! + d]!;
    return values;
  };
  return { x: column(0), y: column(1), ...(solid ? { z: column(2) } : {}) };
}
