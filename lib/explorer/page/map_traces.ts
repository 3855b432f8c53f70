/** The map as traces: one per task and split, so that each has its symbol; then layers, rings, and the typed points on top. */
import { TASKS } from "../../instructions/task_keywords.ts";
import { TASK_LOOKS } from "../../plots/palette.ts";
import type { LayerAnswer, PointSplit } from "../api.ts";
import type { Colours } from "./colouring.ts";
import type { Known, KnownPoint } from "./known_points.ts";
import type { PlotTrace } from "./plotly_page.ts";

/** Splits, those on top last. */
const SPLITS: readonly PointSplit[] = ["held-out", "train", "fixed"];
const SPLIT_NAMES: Record<PointSplit, string> = {
  "train": "training",
  "held-out": "held out",
  "fixed": "fixed prompt",
};

/** Symbols in 3-D, where there are no triangles. */
const SOLID: Readonly<Record<string, string>> = {
  replication: "circle",
  style: "square",
  object: "diamond",
  composition: "cross",
  face: "x",
};

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

/** What is drawn. */
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

/** What a value makes, made once for it: every change of the map draws all of it again. */
function onceEach<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** Points that one trace shows. */
interface Group {
  readonly rows: readonly number[];
  /** As plotly shows them. */
  readonly texts: readonly string[];
}

const groupName = (task: KnownPoint["task"], split: PointSplit) => `${task}, ${SPLIT_NAMES[split]}`;

/** The known points by task and split. */
const groupsOf = onceEach(({ points }: Known) => {
  const groups = new Map<string, { rows: number[]; texts: string[] }>();
  for (const task of TASKS) {
    for (const split of SPLITS) groups.set(groupName(task, split), { rows: [], texts: [] });
  }
  for (const { task, split, text, index } of points) {
    const { rows, texts } = groups.get(groupName(task, split))!;
    rows.push(index);
    texts.push(plotText(text));
  }
  return groups as ReadonlyMap<string, Group>;
});

/** Lines from which on a layer's marks are small and faint: the map is to be seen through them. */
const MANY_LINES = 1000;

/** A layer's lines. */
const linesOf = onceEach(({ texts }: LayerAnswer): Group => ({
  rows: texts.map((_, row) => row),
  texts: texts.map(plotText),
}));

/** Colours of rows: one where all are alike, since plotly reads a list colour by colour. */
function oneOrMany(rows: readonly number[], of: (row: number) => string): string | readonly string[] {
  const first = rows.length > 0 ? of(rows[0]!) : "#000000";
  return rows.every((row) => of(row) === first) ? first : rows.map(of);
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

function knownTrace(
  content: MapContent,
  places: Float32Array,
  { task, split }: { readonly task: KnownPoint["task"]; readonly split: PointSplit },
): MapTrace {
  const { known, solid, colours, dark, selected } = content;
  const name = groupName(task, split);
  const { rows, texts } = groupsOf(known).get(name)!;
  const chosen = selected && rows.flatMap((row, i) => selected.has(row) ? [i] : []);
  const cross = split === "fixed";
  const symbol = solid ? SOLID[task]! : TASK_LOOKS[task].symbol;
  const open = split === "held-out" && !["cross", "x"].includes(symbol) ? `${symbol}-open` : symbol;
  const ink = dark ? "#ffffff" : "#000000";
  const faint = dark ? "#3a424c" : "#d5d9de";
  const colour = (row: number) => colours.of[row]!;
  const size = solid ? (cross ? 7 : 2.6) : cross ? 12 : 5;
  const shown = cross
    ? { color: ink, symbol: "x", size, line: { width: 1, color: dark ? "#000000" : "#ffffff" } }
    : solid
    ? {
      color: oneOrMany(rows, (row) => selected && !selected.has(row) ? faint : colour(row)),
      symbol: open,
      size,
    }
    : { color: oneOrMany(rows, colour), symbol: open, size, opacity: split === "train" ? 0.75 : 0.85 };
  return {
    shows: rows,
    trace: {
      type: solid ? "scatter3d" : "scattergl",
      mode: "markers",
      ...columns(places, rows, solid),
      name,
      customdata: rows,
      text: texts,
      hovertemplate: `%{text}<extra>${name}</extra>`,
      marker: shown,
      ...(chosen && !solid
        ? {
          selectedpoints: chosen,
          selected: { marker: { opacity: 1, size: cross ? size : 7 } },
          unselected: { marker: { opacity: cross ? 0.35 : 0.1 } },
        }
        : {}),
    },
  };
}

/** All traces over the places of the known points [points 3]. */
export function mapTraces(content: MapContent, places: Float32Array): MapTrace[] {
  const { solid, dark, hidden, ringed, typed, layers } = content;
  const type = solid ? "scatter3d" : "scattergl";
  const ink = dark ? "#ffffff" : "#111111";
  const all: MapTrace[] = SPLITS.filter((split) => !hidden.has(split)).flatMap((split) =>
    TASKS.filter((task) => !hidden.has(task)).map((task) => knownTrace(content, places, { task, split }))
  );
  layers.forEach(({ layer, places: own }, i) => {
    if (hidden.has(layer.id)) return;
    const { rows, texts } = linesOf(layer);
    const many = rows.length > MANY_LINES;
    all.push({
      trace: {
        type,
        mode: "markers",
        ...columns(own, rows, solid),
        name: layer.name,
        text: texts,
        hovertemplate: `%{text}<extra>${plotText(layer.name)}</extra>`,
        marker: {
          color: dark ? "#e6e6e6" : "#3c4043",
          symbol: solid ? "diamond-open" : i % 2 === 0 ? "hexagon-open" : "star-square-open",
          size: solid || many ? 3 : 6,
          ...(many ? { opacity: 0.4 } : {}),
        },
      },
    });
  });
  if (ringed.length > 0) {
    all.push({
      shows: ringed,
      trace: {
        type,
        mode: "markers",
        ...columns(places, ringed, solid),
        name: "nearest",
        hoverinfo: "skip",
        marker: { color: ink, symbol: "circle-open", size: solid ? 8 : 13, line: { width: 2, color: ink } },
      },
    });
  }
  if (typed.length > 0) {
    const where = Float32Array.from(typed.flatMap(({ place }) => [...place]));
    all.push({
      trace: {
        type,
        mode: "markers+text",
        ...columns(where, typed.map((_, i) => i), solid),
        name: "typed",
        customdata: typed.map((_, i) => `typed ${i}`),
        text: typed.map(({ name }) => plotText(name)),
        textposition: "top center",
        textfont: { size: 17, color: ink, weight: 700 },
        hovertext: typed.map(({ text }) => plotText(text)),
        hovertemplate: "%{hovertext}<extra>typed</extra>",
        marker: {
          color: typed.map(({ active }) => active ? "#e3265e" : "#8d3df0"),
          symbol: solid ? "diamond" : "star",
          size: typed.map(({ active }) => (active ? 1.25 : 1) * (solid ? 8 : 15)),
          line: { width: 1.5, color: dark ? "#000000" : "#ffffff" },
        },
      },
    });
  }
  return all;
}
