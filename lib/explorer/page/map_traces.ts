/** The map as traces: the known points, then layers, rings, and the typed points on top. */
import type { LayerAnswer } from "../api.ts";
import { knownTraces } from "./known_traces.ts";
import {
  columns,
  type Group,
  type MapContent,
  type MapTrace,
  onceEach,
  plotText,
  type TypedMark,
} from "./map_content.ts";
import type { MarkData, PlotTrace } from "./plotly_page.ts";

/** A typed point's colour: the one that is looked at stands out. */
const typedColour = ({ active }: TypedMark, dark: boolean) =>
  active ? dark ? "#ff4d80" : "#e3265e" : dark ? "#c08cff" : "#7a28e0";

/** Lines from which on a layer's marks are small and faint: the map is to be seen through them. */
const MANY_LINES = 1000;

/** A layer's lines. */
const linesOf = onceEach(({ texts }: LayerAnswer): Group => ({
  rows: texts.map((_, row) => row),
  texts: texts.map(plotText),
}));

/** All traces over the places of the known points [points 3]. */
export function mapTraces(content: MapContent, places: Float32Array): MapTrace[] {
  const { solid, dark, hidden, ringed, typed, layers } = content;
  const type = solid ? "scatter3d" : "scattergl";
  const ink = dark ? "#ffffff" : "#111111";
  const all: MapTrace[] = knownTraces(content, places);
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
          color: many ? "#808a95" : dark ? "#e6e6e6" : "#3c4043",
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
        mode: solid ? "markers" : "markers+text",
        ...columns(where, typed.map((_, i) => i), solid),
        name: "typed",
        customdata: typed.map((_, i): MarkData => ({ typed: i })),
        text: typed.map(({ name }) => plotText(name)),
        textposition: "top center",
        textfont: { size: 17, color: ink, weight: 700 },
        hovertext: typed.map(({ text }) => plotText(text)),
        hovertemplate: "%{hovertext}<extra>typed</extra>",
        marker: {
          color: typed.map((mark) => typedColour(mark, dark)),
          symbol: solid ? "diamond" : "star",
          size: typed.map(({ active }) => (active ? 1.25 : 1) * (solid ? 8 : 17)),
          line: { width: 1.5, color: dark ? "#000000" : "#ffffff" },
        },
      },
    });
  }
  return all;
}

/** Names of the typed points in space, where other marks may stand before them: lettered on top of all. */
export function typedNotes({ typed, dark }: MapContent): readonly PlotTrace[] {
  return typed.map((mark) => {
    const [x, y, z] = mark.place, colour = typedColour(mark, dark);
    return {
      x,
      y,
      z,
      text: plotText(mark.name),
      ax: 0,
      ay: -30,
      showarrow: true,
      arrowhead: 6,
      arrowsize: 1.3,
      arrowcolor: colour,
      bordercolor: colour,
      borderwidth: 1.5,
      borderpad: 3,
      bgcolor: dark ? "#232a32" : "#ffffff",
      font: { size: 14, color: dark ? "#ffffff" : "#111111" },
    };
  });
}
