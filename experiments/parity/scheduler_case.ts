import {
  addNoise,
  ddim,
  euler,
  eulerPlan,
  fromVelocity,
  type NoiseSchedule,
  noiseSchedule,
  type NoiseScheduleConfig,
  pndm,
  pndmTimesteps,
  type Predict,
  type SamplerStep,
  velocity,
  visitedTimesteps,
} from "../../lib/diffusion/mod.ts";
import { leaf } from "../../lib/engine/mod.ts";
import type { GoldenCase, Values } from "../../lib/golden/mod.ts";
import { type CaseRunner, floats, pick } from "./case_runner.ts";

type Spacing = NoiseScheduleConfig["timestep_spacing"];
type Tensors = Record<string, Values>;

const PREDICTOR =
  /eps\(x, t\) = tanh\(([\d.]+) \* x \+ a\) \* \(([\d.]+) \+ ([\d.]+) \* cos\(t \/ ([\d.]+)\)\) \+ ([\d.]+) \* a/;

/** The synthetic model that the json describes; its numbers are read from there. */
function predictor(golden: GoldenCase): Predict {
  const match = PREDICTOR.exec(String(golden.description.predictor));
  if (!match) {
    throw new RangeError(
      `Case "${golden.name}": expected a predictor of the form ${PREDICTOR}, got ${golden.description.predictor}`,
    );
  }
  const [slope, level, swing, period, share] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const a = floats(golden, "a");
  return (x, t) => {
    const factor = level + swing * Math.cos(t / period);
    return x.map((value, i) =>
      Math.tanh(slope * value + (a[i] as number)) * factor + share * (a[i] as number)
    );
  };
}

function concatenated(arrays: readonly Float32Array[], shape: readonly number[]): Values {
  const data = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    data.set(array, at);
    at += array.length;
  }
  return { shape: [arrays.length, ...shape], data };
}

const vector = (data: Float64Array): Values => ({ shape: [data.length], data });

/** Everything a sampler did, under the case's names. */
async function trace(
  steps: AsyncGenerator<SamplerStep>,
  options: { name: string; shape: readonly number[]; output?: string },
): Promise<Tensors> {
  const all: SamplerStep[] = [];
  for await (const step of steps) all.push(step);
  const { name, shape, output = "eps" } = options;
  const denoised = all.flatMap((step) => step.denoised ? [step.denoised] : []);
  return {
    [`outputs.${name}.x`]: concatenated(all.map((step) => step.sample), shape),
    [`outputs.${name}.model_input`]: concatenated(all.map((step) => step.modelInput), shape),
    [`outputs.${name}.${output}`]: concatenated(all.map((step) => step.prediction), shape),
    ...(denoised.length ? { [`outputs.${name}.pred_x0`]: concatenated(denoised, shape) } : {}),
  };
}

/** Timesteps and sigmas for every spacing and number of steps that the case lists. */
function plans(golden: GoldenCase, schedules: Record<"ddim" | "pndm" | "euler", NoiseSchedule>): Tensors {
  const tensors: Tensors = {};
  for (const name of Object.keys(golden.expected)) {
    const [, sampler, quantity, ...rest] = name.split(".");
    const steps = Number(rest.at(-1));
    if (!Number.isInteger(steps) || steps < 1) continue;
    const spacing = rest.length > 1 ? { timestep_spacing: rest[0] as Spacing } : {};
    const at = (kind: keyof typeof schedules) => ({
      ...schedules[kind],
      config: { ...schedules[kind].config, ...spacing },
    });
    if (sampler === "ddim") tensors[name] = vector(visitedTimesteps(at("ddim").config, steps));
    if (sampler === "pndm") tensors[name] = vector(pndmTimesteps(visitedTimesteps(at("pndm").config, steps)));
    if (sampler !== "euler") continue;
    const plan = eulerPlan(at("euler"), steps);
    if (quantity === "timesteps") tensors[name] = vector(plan.timesteps);
    if (quantity === "sigmas") tensors[name] = vector(plan.sigmas);
    if (quantity === "init_noise_sigma") tensors[name] = vector(Float64Array.of(plan.initialScale));
  }
  return tensors;
}

/** The schedule itself, and noising in closed form. */
function forward(golden: GoldenCase, schedule: NoiseSchedule): Tensors {
  const z0 = floats(golden, "x0"), noise = floats(golden, "noise");
  const inputs = pick(golden, ["x0", "timesteps"]);
  const { shape } = leaf(inputs, "x0"), timesteps = leaf(inputs, "timesteps").data;
  const options = { noise, timesteps };
  const zt = addNoise(schedule, z0, options), v = velocity(schedule, z0, options);
  const back = fromVelocity(schedule, zt, { velocity: v, timesteps });
  const like = (data: Float32Array): Values => ({ shape, data });
  return {
    "outputs.betas": vector(schedule.betas),
    "outputs.alphas_cumprod": vector(schedule.alphasCumprod),
    "outputs.alphas_cumprod_f64": vector(schedule.alphasCumprod),
    "outputs.add_noise": like(zt),
    "outputs.get_velocity": like(v),
    "outputs.v_to_x0": like(back.z0),
    "outputs.v_to_eps": like(back.noise),
  };
}

/** Noise schedule, timesteps and sampling with a synthetic predictor. Runs on flat arrays whatever the engine. */
export const schedulerCase: CaseRunner = async (golden) => {
  const config = golden.config as unknown as Record<"ddim" | "pndm" | "euler" | "ddpm", NoiseScheduleConfig>;
  const schedules = {
    ddim: noiseSchedule(config.ddim),
    pndm: noiseSchedule(config.pndm),
    euler: noiseSchedule(config.euler),
  };
  const predict = predictor(golden);
  const { shape } = leaf(golden.inputs, "x_T");
  const start = floats(golden, "x_T"), variance = floats(golden, "variance_noise");
  const stepsOf = (name: string) => golden.expected[`outputs.${name}.x`]?.shape[0] ?? 0;
  const common = (name: string, kind: keyof typeof schedules) => ({
    schedule: schedules[kind],
    steps: stepsOf(name),
  });
  const varianceNoise = (i: number) => variance.subarray(i * start.length, (i + 1) * start.length);
  const asVelocity = noiseSchedule({ ...config.ddim, prediction_type: "v_prediction" });
  const { set_alpha_to_one } = config.ddim;
  const plan = eulerPlan(schedules.euler, stepsOf("euler"));
  return {
    tensors: {
      ...plans(golden, schedules),
      ...forward(golden, noiseSchedule(config.ddpm)),
      "outputs.final_alpha_cumprod": vector(
        Float64Array.of(set_alpha_to_one ? 1 : schedules.ddim.alphasCumprod[0] as number),
      ),
      ...await trace(ddim(predict, start, common("ddim_eta0", "ddim")), { name: "ddim_eta0", shape }),
      ...await trace(ddim(predict, start, { ...common("ddim_eta1", "ddim"), eta: 1, varianceNoise }), {
        name: "ddim_eta1",
        shape,
      }),
      ...await trace(ddim(predict, start, { schedule: asVelocity, steps: stepsOf("ddim_v") }), {
        name: "ddim_v",
        shape,
        output: "v",
      }),
      ...await trace(pndm(predict, start, { ...common("pndm", "pndm"), steps: stepsOf("pndm") - 1 }), {
        name: "pndm",
        shape,
      }),
      ...await trace(euler(predict, start, common("euler", "euler")), { name: "euler", shape }),
      "outputs.euler.x_init": { shape, data: start.map((x) => x * plan.initialScale) },
    },
  };
};
