/** The map as traces: one per task and split, so that each has its symbol; then layers, rings, and the typed points on top. */
import { TASKS } from "../../instructions/task_keywords.ts";
import { TASK_LOOKS } from "../../plots/palette.ts";
import type { LayerAnswer, PointSplit } from "../api.ts";
import type { Colours } from "./colouring.ts";
import type { Known, KnownPoint } from "./known_points.ts";
import type { PlotTrace } from "./plotly_page.ts";

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

/** Text as plotly shows it: it reads some tags. */
export function plotText(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length > 46) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((each) =>
    each.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  ).join("<br>");
}

const shownTexts = new WeakMap<KnownPoint, string>();

/** A known point's text as plotly shows it: made once, since every change of the map draws all of them again. */
function shownText(point: KnownPoint): string {
  const known = shownTexts.get(point);
  if (known !== undefined) return known;
  const text = plotText(point.text);
  shownTexts.set(point, text);
  return text;
}

/** One colour where all are alike: plotly reads a list colour by colour. */
function oneOrMany(colours: readonly string[]): string | readonly string[] {
  const [first] = colours;
  return first !== undefined && colours.every((each) => each === first) ? first : colours;
}

/** Columns of places [count 3] for some rows. */
export function columns(places: Float32Array, rows: readonly number[], solid: boolean): PlotTrace {
  const column = (d: number) => rows.map((row) => places[3 * row + d]!);
  return { x: column(0), y: column(1), ...(solid ? { z: column(2) } : {}) };
}

const SPLIT_NAMES: Record<PointSplit, string> = {
  "train": "training",
  "held-out": "held out",
  "fixed": "fixed prompt",
};

function knownTrace(
  content: MapContent,
  places: Float32Array,
  { task, split }: { readonly task: KnownPoint["task"]; readonly split: PointSplit },
): MapTrace {
  const { known, solid, colours, dark, selected } = content;
  const rows = known.points.flatMap((point, i) => point.task === task && point.split === split ? [i] : []);
  const chosen = selected && rows.flatMap((row, i) => selected.has(row) ? [i] : []);
  const cross = split === "fixed";
  const symbol = solid ? SOLID[task]! : TASK_LOOKS[task].symbol;
  const open = split === "held-out" && !["cross", "x"].includes(symbol) ? `${symbol}-open` : symbol;
  const ink = dark ? "#ffffff" : "#000000";
  const faint = dark ? "#3a424c" : "#d5d9de";
  const colour = rows.map((row) => colours.of[row]!);
  const size = solid ? (cross ? 7 : 2.6) : cross ? 12 : 5;
  const shown = cross
    ? { color: ink, symbol: "x", size, line: { width: 1, color: dark ? "#000000" : "#ffffff" } }
    : solid
    ? {
      color: oneOrMany(rows.map((row, i) => selected && !selected.has(row) ? faint : colour[i]!)),
      symbol: open,
      size,
    }
    : { color: oneOrMany(colour), symbol: open, size, opacity: split === "train" ? 0.75 : 0.85 };
  return {
    shows: rows,
    trace: {
      type: solid ? "scatter3d" : "scattergl",
      mode: "markers",
      ...columns(places, rows, solid),
      name: `${task}, ${SPLIT_NAMES[split]}`,
      customdata: rows,
      text: rows.map((row) => shownText(known.points[row]!)),
      hovertemplate: `%{text}<extra>${task}, ${SPLIT_NAMES[split]}</extra>`,
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
  const splits: readonly PointSplit[] = ["held-out", "train", "fixed"];
  const all: MapTrace[] = splits.filter((split) => !hidden.has(split)).flatMap((split) =>
    TASKS.filter((task) => !hidden.has(task)).map((task) => knownTrace(content, places, { task, split }))
  );
  layers.forEach(({ layer, places: own }, i) => {
    if (hidden.has(layer.id)) return;
    const rows = layer.texts.map((_, row) => row);
    all.push({
      trace: {
        type,
        mode: "markers",
        ...columns(own, rows, solid),
        name: layer.name,
        text: layer.texts.map(plotText),
        hovertemplate: `%{text}<extra>${plotText(layer.name)}</extra>`,
        customdata: rows.map((row) => `layer ${i} ${row}`),
        marker: {
          color: dark ? "#e6e6e6" : "#3c4043",
          symbol: solid ? "diamond-open" : i % 2 === 0 ? "hexagon-open" : "star-square-open",
          size: solid ? 3 : 6,
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
