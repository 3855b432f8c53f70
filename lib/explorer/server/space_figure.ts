/** The map as a still figure, with the content of the paper's Fig. 4: the training instructions by task, the fixed prompts as crosses. */
import { type Figure, figure, type Trace } from "../../plots/mod.ts";
import { dimensionsOf, type LayoutId, LAYOUTS, METHOD_TITLES } from "../api.ts";
import type { InstructionSpace } from "./instruction_space.ts";

/** A typed point on the figure. */
export interface FigurePoint {
  /** Written beside it. */
  readonly name: string;
  /** Its place on the layout. */
  readonly place: readonly number[];
}

/** The name of a layout, as people write it. */
export function layoutName(id: LayoutId): string {
  const { method, dimensions } = LAYOUTS[id];
  return `${METHOD_TITLES[method]} ${dimensions}-D`;
}

/** Renders a 2-D layout. @throws RangeError for a 3-D one. */
export function spaceFigure(
  space: InstructionSpace,
  id: LayoutId,
  typed: readonly FigurePoint[] = [],
): Figure {
  if (dimensionsOf(id) !== 2) throw new RangeError(`spaceFigure() renders 2-D layouts, got ${id}`);
  const { tasks, points, trained, layouts, quality } = space;
  const layout = layouts[id];
  const at = (chosen: readonly number[]) => ({
    x: chosen.map((i) => layout[2 * i]!),
    y: chosen.map((i) => layout[2 * i + 1]!),
  });
  const indices = (task: string, split: string) =>
    points.flatMap((point, i) => point.task === task && point.split === split ? [i] : []);
  const clouds = tasks.map(({ id: task, look }): Trace => ({
    type: "scatter",
    name: task,
    mode: "markers",
    ...at(indices(task, "train")),
    marker: { color: look.colour, symbol: look.symbol, size: 4, opacity: 0.7 },
  }));
  const crosses = tasks.map(({ id: task }): Trace => ({
    type: "scatter",
    name: `${task}, fixed prompt`,
    showlegend: false,
    mode: "markers",
    ...at(indices(task, "fixed")),
    marker: { color: "#000000", symbol: "x", size: 11 },
  }));
  const words: Trace[] = typed.map(({ name, place }) => ({
    type: "scatter",
    name,
    showlegend: false,
    mode: "markers+text",
    x: [place[0]!],
    y: [place[1]!],
    text: [name],
    textposition: "top center",
    marker: { color: "#000000", symbol: "star", size: 12 },
  }));
  const { trustworthiness, purity } = quality[id];
  return figure({
    id: `instructions-${id}`,
    caption: `${trained} training instructions by ${layoutName(id)}, mini scale; trustworthiness ${
      trustworthiness.toFixed(3)
    }, task purity of 10 neighbours ${purity.toFixed(2)}. Crosses: fixed prompts.${
      typed.length > 0 ? " Stars: typed instructions." : ""
    }`,
    data: [...clouds, ...crosses, ...words],
    layout: {
      title: { text: `Instruction embeddings, ${layoutName(id)}` },
      width: 760,
      height: 620,
      xaxis: { showticklabels: false, zeroline: false },
      yaxis: { showticklabels: false, zeroline: false, scaleanchor: "x" },
    },
  });
}
