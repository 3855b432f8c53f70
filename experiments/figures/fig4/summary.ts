/** Fig. 4's findings: means with intervals, claims, and every point's place. */
import { key } from "../../../lib/engine/mod.ts";
import { bootstrapCells, bootstrapInterval } from "../../../lib/metrics/mod.ts";
import { PROJECTION_METHODS, type ProjectionMethod } from "../../../lib/projection/mod.ts";
import type { CorpusSpace, InstructionSpace, MapPoint } from "./instruction_space.ts";
import { formatMapPoints } from "./map_points.ts";
import { interned, judgeAll, type MeanInterval } from "../../../lib/report/mod.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import type { StageContext, StageOutput } from "../../runner/mod.ts";
import { floatsOf, readEmbedded } from "./embedded.ts";
import type { InstructionMeasures } from "./measure_instructions.ts";
import type { LayoutScores } from "./measure_layouts.ts";
import { INSTRUCTION_STATEMENTS } from "./statements.ts";
import { CORPORA, type Corpus } from "./embed_instructions.ts";

/** A mean of Fig. 4: of which corpus, score and task, or of all tasks. */
interface SpaceCell {
  readonly corpus: Corpus;
  readonly score: "purity" | "hits";
  readonly group: TaskId | "all";
}

/**
 * Means of all seeds' values with their resamples. What is resampled are each task's templates, the same ones in every seed and corpus: wordings
 * of one template lie together, and a further seed brings no further template.
 */
export function resampleMeans(measures: readonly Pick<InstructionMeasures, "corpora">[]) {
  const cellOf = interned<SpaceCell>();
  const rows = measures.flatMap(({ corpora }) =>
    corpora.flatMap(({ corpus, purity, hits, templates }) =>
      ([["purity", purity], ["hits", hits]] as const).flatMap(([score, tasks]) =>
        tasks.flatMap((values, t) =>
          values.flatMap((value, i) =>
            (["all", TASKS[t] as TaskId] as const).map((group) => ({
              cell: cellOf({ corpus, score, group }),
              stratum: `${score}/${t}`,
              item: templates[score][t]?.[i] as number,
              seed: 0,
              value,
            }))
          )
        )
      )
    )
  );
  const resampled = bootstrapCells<SpaceCell>(rows, { key: key("fig4") });
  const finite = (value: number) => Number.isFinite(value) ? value : null;
  const interval = (estimate: number, values: number[], items: number): MeanInterval => {
    const { low, high } = bootstrapInterval(estimate, values, { items });
    return { mean: estimate, low: finite(low), high: finite(high) };
  };
  const place = (cell: SpaceCell) => resampled.cells.indexOf(cellOf(cell));
  const at = (values: Float64Array, cell: SpaceCell) => values[place(cell)] as number;
  const itemsOf = (cell: SpaceCell): number =>
    cell.group === "all"
      ? Math.min(...TASKS.map((group) => itemsOf({ ...cell, group })))
      : resampled.items[place(cell)] as number;
  return {
    mean: (cell: SpaceCell) =>
      interval(
        at(resampled.means, cell),
        resampled.resamples.map((resample) => at(resample, cell)),
        itemsOf(cell),
      ),
    difference: (a: SpaceCell, b: SpaceCell) =>
      interval(
        at(resampled.means, a) - at(resampled.means, b),
        resampled.resamples.map((resample) => at(resample, a) - at(resample, b)),
        Math.min(itemsOf(a), itemsOf(b)),
      ),
  };
}

/** Every instruction of the first seed, and the fixed prompts, with their places. */
async function mapPoints(context: StageContext, embedded: StageOutput): Promise<MapPoint[]> {
  const { texts } = (await readEmbedded(embedded))("filtered/train", "fixed");
  const layouts = Object.fromEntries(
    await Promise.all(
      PROJECTION_METHODS.map(async (method) =>
        [method, await floatsOf(context.input(`layout-${method}`), "layout.f32")] as const
      ),
    ),
  ) as Readonly<Record<ProjectionMethod, Float32Array>>;
  return texts.map(({ set, task, text }, i) => {
    const at = (method: ProjectionMethod) =>
      [layouts[method][2 * i] as number, layouts[method][2 * i + 1] as number] as const;
    return { task, text, fixed: set === "fixed", tsne: at("tsne"), umap: at("umap"), pca: at("pca") };
  });
}

/** Gathers the measures of all seeds. */
export const summarize: Summarize = async (context, { seeds }) => {
  const measures: InstructionMeasures[] = [];
  for (const seed of seeds) {
    measures.push(
      JSON.parse(await context.input(`measure-seed${seed}`).text("measures.json")) as InstructionMeasures,
    );
  }
  const layouts = JSON.parse(await context.input("measure-layouts").text("scores.json")) as LayoutScores[];
  const { instructions, heldOut, mentions, neighbours } = JSON.parse(
    await context.input("measure-layouts").text("request.json"),
  ) as InstructionSpace;
  const resampled = resampleMeans(measures);
  const byTask = (corpus: Corpus, score: SpaceCell["score"]) =>
    Object.fromEntries(TASKS.map((group) => [group, resampled.mean({ corpus, score, group })]));
  const purity = (corpus: Corpus): SpaceCell => ({ corpus, score: "purity", group: "all" });
  const content: InstructionSpace = {
    instructions,
    heldOut,
    neighbours,
    mentions,
    corpora: CORPORA.map((corpus): CorpusSpace => ({
      corpus,
      foreign: measures.reduce(
        (sum, { corpora }) => sum + (corpora.find((each) => each.corpus === corpus)?.foreign as number),
        0,
      ) /
        measures.length,
      purity: resampled.mean(purity(corpus)),
      taskPurity: byTask(corpus, "purity"),
      centroid: resampled.mean({ corpus, score: "hits", group: "all" }),
      taskCentroid: byTask(corpus, "hits"),
    })),
    fixed: measures.flatMap(({ fixed, seed }) => fixed.map((each) => ({ ...each, seed }))),
    layouts: layouts.map(({ method, trustworthiness, continuity, preservation, purity, fixedPurity }) => ({
      method,
      trustworthiness,
      continuity,
      preservation,
      purity,
      fixedPurity,
    })),
  };
  const points = await mapPoints(context, context.input(`embed-seed${seeds[0]}`));
  const difference = resampled.difference(purity("filtered"), purity("unfiltered"));
  return {
    content,
    caption:
      `${TASKS.length} × ${instructions} training instructions in the joint text space, fixed prompts as crosses, ` +
      `laid out by t-SNE, UMAP and PCA; ${neighbours}-nearest-neighbour purity, with the keyword rule and without it, and ` +
      `the share of ${heldOut} held-out wordings per task that the nearest task centroid gets right; ` +
      "intervals over the templates that the wordings are drawn from. " +
      'Object instructions say "object", as written.',
    hashes: measures.map(({ hash }) => hash),
    claims: judgeAll(INSTRUCTION_STATEMENTS, { space: content, difference }),
    files: () => ({ "points.jsonl": formatMapPoints(points) }),
  };
};
