/** Fig. 4: three maps of the instructions side by side, and how pure the tasks are with the keyword rule and without. */
import { figure, type Graphic, type ScatterTrace, seriesLook } from "../../../lib/plots/mod.ts";
import { TASK_LOOKS, TASKS } from "../../../lib/tasks/mod.ts";
import { intervalBars, type MeanInterval, type StoredFigure } from "../../../lib/report/mod.ts";
import type { InstructionSpace, MapPoint } from "./instruction_space.ts";
import { readMapPoints } from "./map_points.ts";

const NAMES = { tsne: "t-SNE", umap: "UMAP", pca: "PCA" } as const;
const PANEL = 0.32, GAP = 0.02;

/** Four digits: a page must not carry what no eye sees. */
const brief = (value: number) => Number(value.toPrecision(4));

const text = (value: number) => value.toFixed(3);

function mapTraces(points: readonly MapPoint[], method: keyof typeof NAMES, place: number): ScatterTrace[] {
  const axes = place === 0 ? {} : { xaxis: `x${place + 1}`, yaxis: `y${place + 1}` };
  const at = (own: readonly MapPoint[]) => ({
    x: own.map((point) => brief(point[method][0])),
    y: own.map((point) => brief(point[method][1])),
    // The texts stand in the first map only: three times would double the page.
    ...(place === 0 ? { hovertext: own.map((point) => point.text), hoverinfo: "name+text" as const } : {}),
  });
  const clouds = TASKS.map((task): ScatterTrace => ({
    type: "scatter",
    mode: "markers",
    name: task,
    legendgroup: task,
    showlegend: place === 0,
    ...axes,
    ...at(points.filter((point) => point.task === task && !point.fixed)),
    marker: { color: TASK_LOOKS[task].colour, size: 3.2, opacity: 0.55 },
  }));
  // A white cross under a coloured one: seen on its own cloud and on any other.
  const crosses = TASKS.flatMap((task): ScatterTrace[] =>
    [{ color: "#ffffff", size: 21 }, { color: "#1b1f24", size: 17 }, {
      color: TASK_LOOKS[task].colour,
      size: 12,
    }].map(
      (marker, i) => ({
        type: "scatter",
        mode: "markers",
        name: `${task}, fixed prompt`,
        legendgroup: task,
        showlegend: false,
        ...axes,
        ...at(points.filter((point) => point.task === task && point.fixed)),
        ...(i === 2 ? {} : { hoverinfo: "skip" as const }),
        marker: { ...marker, symbol: "x" },
      }),
    )
  );
  return [...clouds, ...crosses];
}

function maps({ result, read }: StoredFigure<InstructionSpace>): Graphic {
  const points = readMapPoints(new TextDecoder().decode(read("points.jsonl")));
  const { layouts, corpora, neighbours } = result.content;
  const axes = Object.fromEntries(
    layouts.flatMap(({ trustworthiness, continuity, preservation, purity }, i) => {
      const suffix = i === 0 ? "" : `${i + 1}`;
      const low = i * (PANEL + GAP);
      const title = `trustworthiness ${text(trustworthiness)}, continuity ${text(continuity)}<br>` +
        `neighbours kept ${text(preservation)}, purity ${text(purity)}`;
      const bare = { showgrid: false, showticklabels: false, zeroline: false } as const;
      return [
        [`xaxis${suffix}`, {
          ...bare,
          domain: [low, low + PANEL],
          anchor: `y${suffix}`,
          title: { text: title },
        }],
        [`yaxis${suffix}`, { ...bare, anchor: `x${suffix}` }],
      ];
    }),
  );
  const purity = corpora.find(({ corpus }) => corpus === "filtered")?.purity.mean ?? NaN;
  return {
    kind: "figure",
    figure: figure({
      id: "fig4",
      caption:
        `${result.caption} Below each map: trustworthiness, continuity and share of ${neighbours} nearest neighbours kept, ` +
        `and purity within the map; in the joint space itself it is ${text(purity)}.`,
      data: layouts.flatMap(({ method }, i) => mapTraces(points, method, i)),
      layout: {
        title: { text: `${result.title}, ${result.scale} scale` },
        width: 1180,
        height: 500,
        showlegend: true,
        annotations: layouts.map(({ method }, i) => ({
          text: `<b>${NAMES[method]}</b>`,
          x: i * (PANEL + GAP) + PANEL / 2,
          y: 1,
          xref: "paper",
          yref: "paper",
          yanchor: "bottom",
          showarrow: false,
        })),
        ...axes,
      },
    }),
  };
}

const RULES = {
  filtered: "with the keyword rule",
  keyworded: "of these, in the paper's words alone",
  unfiltered: "without the rule",
} as const;
const LOOKS = { filtered: 0, keyworded: 4, unfiltered: 6 } as const;

function bars({ result }: StoredFigure<InstructionSpace>): Graphic {
  const { corpora, neighbours, mentions } = result.content;
  const names = ["all", ...TASKS];
  const trace = (
    corpus: keyof typeof RULES,
    scores: readonly MeanInterval[],
    axes: object,
    showlegend: boolean,
  ) =>
    intervalBars(
      RULES[corpus],
      names.map((label, place) => ({ label, value: scores[place] })),
      { colour: seriesLook(LOOKS[corpus]).colour, showlegend, axes },
    );
  return {
    kind: "figure",
    figure: figure({
      id: "fig4-rule",
      caption:
        `Left: share of the ${neighbours} nearest instructions that are of the same task, in the joint space. Right: share of held-out ` +
        `instructions nearest to their own task's centroid. With the keyword rule, of these in the paper's words alone, since a third of ours do without them, and without the rule, where ${
          Math.round(100 * mentions)
        } % of the instructions are made to say what not to take and so name another task; 95 % intervals over instructions. ` +
        `Our grammar keeps the rule by itself; how often a language model breaks it is unknown.`,
      data: corpora.flatMap(({ corpus, purity, taskPurity, centroid, taskCentroid }) => [
        trace(corpus, [purity, ...TASKS.map((task) => taskPurity[task] as MeanInterval)], {}, true),
        trace(
          corpus,
          [centroid, ...TASKS.map((task) => taskCentroid[task] as MeanInterval)],
          { xaxis: "x2", yaxis: "y2" },
          false,
        ),
      ]),
      layout: {
        title: { text: "Does the keyword rule matter?" },
        width: 1180,
        height: 380,
        barmode: "group",
        xaxis: { domain: [0, 0.46] },
        yaxis: { range: [0, 1.03], title: { text: `${neighbours}-neighbour purity` } },
        xaxis2: { domain: [0.54, 1], anchor: "y2" },
        yaxis2: { range: [0, 1.03], anchor: "x2", title: { text: "share right" } },
      },
    }),
  };
}

/** The maps and the bars. */
export function instructionMaps(stored: StoredFigure<InstructionSpace>): readonly Graphic[] {
  return [maps(stored), bars(stored)];
}
