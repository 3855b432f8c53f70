/** The known points as traces: one per task and split, so that each has its symbol. */
import type { SolidMark } from "../../tasks/mod.ts";
import type { MapTask, PointSplit } from "../api.ts";
import type { Known, KnownPoint } from "./known_points.ts";
import { columns, type Group, type MapContent, type MapTrace, onceEach, plotText } from "./map_content.ts";

/** Splits, those on top last. */
const SPLITS: readonly PointSplit[] = ["held-out", "train", "fixed"];
const SPLIT_NAMES: Record<PointSplit, string> = {
  "train": "training",
  "held-out": "held out",
  "fixed": "fixed prompt",
};

/** The fixed prompts'. */
const CROSS: SolidMark = { full: "×", open: "×" };

const groupName = (task: KnownPoint["task"], split: PointSplit) => `${task}, ${SPLIT_NAMES[split]}`;

/** The known points by task and split. */
const groupsOf = onceEach(({ tasks, points }: Known) => {
  const groups = new Map<string, { rows: number[]; texts: string[] }>();
  for (const { id } of tasks) {
    for (const split of SPLITS) groups.set(groupName(id, split), { rows: [], texts: [] });
  }
  for (const { task, split, text, index } of points) {
    const { rows, texts } = groups.get(groupName(task, split))!;
    rows.push(index);
    texts.push(plotText(text));
  }
  return groups as ReadonlyMap<string, Group>;
});

/** Colours of rows: one where all are alike, since plotly reads a list colour by colour. */
function oneOrMany(rows: readonly number[], of: (row: number) => string): string | readonly string[] {
  const first = rows.length > 0 ? of(rows[0]!) : "#000000";
  return rows.every((row) => of(row) === first) ? first : rows.map(of);
}

function knownTrace(
  content: MapContent,
  places: Float32Array,
  { task, split }: { readonly task: MapTask; readonly split: PointSplit },
): MapTrace {
  const { known, solid, colours, dark, selected } = content;
  const name = groupName(task.id, split);
  const { rows, texts } = groupsOf(known).get(name)!;
  const chosen = selected && rows.flatMap((row, i) => selected.has(row) ? [i] : []);
  const cross = split === "fixed", heldOut = split === "held-out";
  const ink = dark ? "#ffffff" : "#000000";
  const common = {
    ...columns(places, rows, solid),
    name,
    customdata: rows,
    hovertemplate: `%{${solid ? "hovertext" : "text"}}<extra>${name}</extra>`,
  };
  if (solid) {
    const faint = dark ? "#3a424c" : "#d5d9de";
    const color = cross
      ? ink
      : oneOrMany(rows, (row) => selected && !selected.has(row) ? faint : colours.of[row]!);
    const look = cross ? CROSS : task.look.solid;
    return {
      shows: rows,
      trace: {
        ...common,
        type: "scatter3d",
        hovertext: texts,
        ...("symbol" in look
          ? {
            mode: "markers",
            marker: { color, symbol: heldOut ? `${look.symbol}-open` : look.symbol, size: 2.6 },
          }
          : {
            mode: "text",
            text: heldOut ? look.open : look.full,
            textposition: "middle center",
            textfont: { color, size: cross ? 26 : 8 },
          }),
      },
    };
  }
  const { symbol } = task.look;
  const open = heldOut && !["cross", "x"].includes(symbol) ? `${symbol}-open` : symbol;
  const size = cross ? 12 : 5;
  return {
    shows: rows,
    trace: {
      ...common,
      type: "scattergl",
      mode: "markers",
      text: texts,
      marker: cross
        ? { color: ink, symbol: "x", size, line: { width: 1, color: dark ? "#000000" : "#ffffff" } }
        : {
          color: oneOrMany(rows, (row) => colours.of[row]!),
          symbol: open,
          size,
          opacity: heldOut ? 0.85 : 0.75,
        },
      ...(chosen
        ? {
          selectedpoints: chosen,
          selected: { marker: { opacity: 1, size: cross ? size : 7 } },
          unselected: { marker: { opacity: cross ? 0.35 : 0.1 } },
        }
        : {}),
    },
  };
}

/** All that is not hidden, over the places of the known points [points 3]. */
export function knownTraces(content: MapContent, places: Float32Array): MapTrace[] {
  const { hidden, known } = content;
  return SPLITS.filter((split) => !hidden.has(split)).flatMap((split) =>
    known.tasks.filter(({ id }) => !hidden.has(id)).map((task) =>
      knownTrace(content, places, { task, split })
    )
  );
}
