import { host, type HostArray, type HostParams, leaf } from "../../lib/engine/mod.ts";
import type { Comparison, GoldenCase, Values } from "../../lib/golden/mod.ts";
import {
  adamw,
  type AdamWConfig,
  clipFactor,
  flattenHost,
  learningRate,
  type LearningRateSchedule,
  meanGradient,
  unflattenHost,
} from "../../lib/training/mod.ts";
import type { CaseRunner } from "./case_runner.ts";

interface OptimizerConfig extends AdamWConfig {
  readonly lr: number;
  readonly steps: number;
  readonly clip_grad_norm: { readonly max_norm: number };
}
interface ScheduleConfig {
  readonly function: string;
  readonly lr: number;
  readonly num_warmup_steps?: number;
  readonly num_training_steps?: number;
  readonly count: number;
}

function schedule(config: ScheduleConfig): LearningRateSchedule {
  const { lr, num_warmup_steps: warmup = 0, num_training_steps: total = 0 } = config;
  const kind = /^get_(cosine|linear|constant)_schedule(_with_warmup)?$/.exec(config.function)?.[1];
  if (kind === "constant") return { kind, lr, warmup };
  if (kind === "cosine" || kind === "linear") return { kind, lr, warmup, total };
  throw new RangeError(`No learning-rate schedule "${config.function}" is built`);
}

function learningRates(golden: GoldenCase): Record<string, Values> {
  const configs = golden.config.lr as Record<string, ScheduleConfig>;
  return Object.fromEntries(
    Object.entries(configs).map(([name, config]) => {
      const rates = Float64Array.from(
        { length: config.count },
        (_, step) => learningRate(schedule(config), step),
      );
      return [`outputs.lr.${name}`, { shape: [config.count], data: rates }];
    }),
  );
}

function stacked(arrays: readonly HostArray[]): HostArray {
  const shape = (arrays[0] as HostArray).shape;
  return host(Float32Array.from(arrays.flatMap(({ data }) => [...data])), [arrays.length, ...shape]);
}

/** Row `step` of every gradient. */
function gradientsAt(golden: GoldenCase, names: readonly string[], step: number): HostParams {
  return Object.fromEntries(names.map((name) => {
    const { data, shape } = leaf(golden.inputs, `gradients.${name}`);
    const size = data.length / (shape[0] as number);
    return [name, host(data.slice(step * size, (step + 1) * size), shape.slice(1))];
  }));
}

function run(golden: GoldenCase): Record<string, HostArray> {
  const config = golden.config.optimizer as OptimizerConfig;
  const start = Object.fromEntries(
    Object.entries(golden.inputs).filter(([name]) => name.startsWith("params."))
      .map(([name, array]) => [name.slice("params.".length), array]),
  );
  const names = Object.keys(start);
  const shapes = Object.fromEntries(names.map((name) => [name, leaf(start, name).shape]));
  const params = flattenHost(start, shapes).data as Float32Array;
  const state = { params, m: new Float32Array(params.length), v: new Float32Array(params.length) };
  const tree = (vector: Float32Array) => unflattenHost(host(vector, [vector.length]), shapes);
  const history: HostParams[] = [], clipped: HostParams[] = [], norms: number[] = [];
  for (let i = 0; i < config.steps; i++) {
    const gradient = flattenHost(gradientsAt(golden, names, i), shapes).data as Float32Array;
    const norm = Math.sqrt(meanGradient([gradient.slice()]));
    const factor = clipFactor(norm, config.clip_grad_norm.max_norm);
    norms.push(norm);
    clipped.push(tree(gradient.map((g) => g * factor)));
    adamw(state, gradient, { step: i + 1, learningRate: config.lr, config });
    history.push(tree(state.params));
  }
  const m = tree(state.m), v = tree(state.v);
  const tensors: Record<string, HostArray> = {
    "outputs.clip.total_norm": host(Float32Array.from(norms), [norms.length]),
  };
  for (const name of names) {
    tensors[`outputs.params.${name}`] = stacked(history.map((tree) => leaf(tree, name)));
    tensors[`outputs.clip.gradients.${name}`] = stacked(clipped.map((tree) => leaf(tree, name)));
    tensors[`outputs.exp_avg.${name}`] = leaf(m, name);
    tensors[`outputs.exp_avg_sq.${name}`] = leaf(v, name);
  }
  return tensors;
}

/** The largest absolute error of any parameter, which is that of its update. */
function updates(golden: GoldenCase, tensors: Record<string, HostArray>): Comparison[] {
  const bar = (golden.description.tolerance as { updates_absolute?: number }).updates_absolute;
  if (bar === undefined) return [];
  return Object.entries(tensors).filter(([name]) => name.startsWith("outputs.params.")).map(
    ([name, { data }]) => {
      const expected = golden.expected[name]?.data ?? [];
      let error = 0;
      data.forEach((x, i) => error = Math.max(error, Math.abs(x - Number(expected[i]))));
      return { name: name.replace("outputs.params", "updates"), error, bar, passed: error <= bar };
    },
  );
}

/** AdamW, clipping and learning rates: loops of ours, whatever engine runs the other cases. */
export const optimizerCase: CaseRunner = (golden) => {
  const tensors = run(golden);
  return Promise.resolve({
    tensors: { ...tensors, ...learningRates(golden) },
    checks: updates(golden, tensors),
  });
};
