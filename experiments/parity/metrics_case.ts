import type { GoldenCase, Values } from "../../lib/golden/mod.ts";
import { clipI, clipS, clipScore, type Embedding } from "../../lib/metrics/mod.ts";
import {
  continuity,
  jointProbabilities,
  klDivergence,
  klGradient,
  type Points,
  silhouette,
  silhouetteSamples,
  trustworthiness,
} from "../../lib/projection/mod.ts";
import { type CaseRunner, floats, pick } from "./case_runner.ts";

type Tensors = Record<string, Values>;

function points(golden: GoldenCase, name: string): Points {
  const [count, width] = pick(golden, [name])[name]?.shape as [number, number];
  return { data: floats(golden, name), count, width };
}

const scalar = (value: number): Values => ({ shape: [1], data: Float64Array.of(value) });
const vector = (data: Float64Array): Values => ({ shape: [data.length], data });

/** The scores of Table 1 on given embeddings. */
function scores(golden: GoldenCase, factor: number): Tensors {
  const rows = (name: string): Embedding[] => {
    const { data, count, width } = points(golden, name);
    return Array.from(
      { length: count },
      (_, i) => (data as Float32Array).subarray(i * width, (i + 1) * width),
    );
  };
  const [image, condition, prompt, caption] = ["gen_image", "cond_image", "gen_prompt", "cond_caption"].map(
    rows,
  ) as [
    Embedding[],
    Embedding[],
    Embedding[],
    Embedding[],
  ];
  const conditionPrompt = rows("cond_prompt");
  const each = (score: (i: number) => number) => Float64Array.from(image, (_, i) => score(i));
  const mean = (values: Float64Array) => scalar(values.reduce((sum, x) => sum + x, 0) / values.length);
  const clipT = each((i) => clipScore(image[i]!, caption[i]!, factor));
  const clipP = each((i) => clipScore(image[i]!, prompt[i]!, factor));
  const style = (w: number) =>
    each((i) =>
      clipS({
        generated: image[i]!,
        generatedPrompt: prompt[i]!,
        condition: condition[i]!,
        conditionPrompt: conditionPrompt[i]!,
      }, w)
    );
  return {
    "outputs.clip_i": vector(each((i) => clipI(image[i]!, condition[i]!))),
    "outputs.clip_t": vector(clipT),
    "outputs.clip_t.mean": mean(clipT),
    "outputs.clip_p": vector(clipP),
    "outputs.clip_p.mean": mean(clipP),
    "outputs.clip_s": vector(style(factor)),
    "outputs.clip_s.cosine": vector(style(1)),
  };
}

/** Quality of every given layout. */
function layouts(golden: GoldenCase): Tensors {
  const { perplexity, trustworthiness_k: ks } = golden.config as {
    perplexity: number;
    trustworthiness_k: number[];
  };
  const cloud = points(golden, "points");
  const labels = pick(golden, ["labels"]).labels!.data;
  const p = jointProbabilities(cloud, { perplexity });
  const tensors: Tensors = {
    "outputs.tsne.p_condensed": vector(p),
    "outputs.tsne.p_condensed_exact": vector(p),
    "outputs.silhouette.points": scalar(silhouette(cloud, labels)),
    "outputs.silhouette_samples.points": vector(silhouetteSamples(cloud, labels)),
  };
  for (const name of Object.keys(golden.inputs).filter((input) => input.startsWith("layout"))) {
    const layout = points(golden, name);
    for (const k of ks) {
      tensors[`outputs.trustworthiness.${name}.${k}`] = scalar(trustworthiness(cloud, layout, { k }));
      tensors[`outputs.continuity.${name}.${k}`] = scalar(continuity(cloud, layout, { k }));
    }
    const divergence = scalar(klDivergence(p, layout));
    tensors[`outputs.tsne.kl.${name}`] = divergence;
    tensors[`outputs.tsne.kl_exact.${name}`] = divergence;
    tensors[`outputs.tsne.gradient.${name}`] = {
      shape: [layout.count, layout.width],
      data: klGradient(p, layout),
    };
    tensors[`outputs.silhouette.${name}`] = scalar(silhouette(layout, labels));
  }
  return tensors;
}

/** CLIP scores and layout quality. Runs on flat arrays whatever the engine. */
export const metricsCase: CaseRunner = (golden) => {
  const { clip_score_w: factor, degrees_of_freedom = 1 } = golden.config as {
    clip_score_w: number;
    degrees_of_freedom?: number;
  };
  if (degrees_of_freedom !== 1) {
    throw new RangeError(`t-SNE is built for degrees_of_freedom 1, got ${degrees_of_freedom}`);
  }
  return Promise.resolve({ tensors: { ...scores(golden, factor), ...layouts(golden) } });
};
