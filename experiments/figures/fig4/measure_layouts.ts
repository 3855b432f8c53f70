/** How far to trust each layout, and how pure it shows the tasks. */
import {
  labelPurity,
  nearestNeighbours,
  type Points,
  type ProjectionMethod,
  rankQuality,
} from "../../../lib/projection/mod.ts";
import type { StageContext, StageOutput } from "../../runner/mod.ts";
import { floatsOf, readEmbedded } from "./embedded.ts";

/** Scores of a layout in [0, 1], higher is better. */
export interface LayoutScores {
  readonly method: ProjectionMethod;
  readonly engine: string;
  readonly trustworthiness: number;
  readonly continuity: number;
  readonly preservation: number;
  /** Mean purity of the instructions. */
  readonly purity: number;
  /** Mean purity of the fixed prompts among the instructions. */
  readonly fixedPurity: number;
  /** The method's own: KL divergence, or share of the variance. */
  readonly quality: { readonly kl?: number; readonly explained?: number };
}

const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;

/** Measures layouts of one embedding. */
export async function measureLayouts(
  { neighbours: k }: { readonly neighbours: number },
  inputs: { readonly embedded: StageOutput; readonly layouts: readonly StageOutput[] },
  context: StageContext,
): Promise<LayoutScores[]> {
  const read = await readEmbedded(inputs.embedded);
  const { points, texts } = read("filtered/train");
  const labels = texts.map(({ task }) => task);
  const fixed = read("fixed").texts.map(({ task }) => task);
  const cut = (data: Float32Array, from: number, to: number): Points => ({
    data: data.slice(2 * from, 2 * to),
    count: to - from,
    width: 2,
  });
  const all = await Promise.all(inputs.layouts.map((layout) => floatsOf(layout, "layout.f32")));
  const layouts = all.map((data) => cut(data, 0, points.count));
  const ranks = rankQuality(points, layouts, {
    k,
    onProgress: (done) => context.progress(done, points.count, "points"),
  });
  return await Promise.all(inputs.layouts.map(async (output, i): Promise<LayoutScores> => {
    const layout = layouts[i] as Points;
    const crosses = cut(all[i] as Float32Array, points.count, points.count + fixed.length);
    const near = await nearestNeighbours(crosses, { k, among: layout });
    return {
      ...JSON.parse(await output.text("report.json")),
      ...ranks[i],
      purity: mean(labelPurity(await nearestNeighbours(layout, { k }), labels)),
      fixedPurity: mean(labelPurity(near, fixed, labels)),
    };
  }));
}
