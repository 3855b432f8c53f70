/**
 * The forward process: paper Sec. 3.1, Eq. 1, and its closed form.
 *
 *     z_{t+1} ~ N(√α_{t+1} z_t, (1 − α_{t+1}) I)                         Eq. 1
 *     z_t     ~ N(√ᾱ_t z_0, (1 − ᾱ_t) I),   ᾱ_t = Π_{s ≤ t} α_s          "constant-cost in terms of t"
 *
 * | symbol  | name               | values                                           |
 * | ------- | ------------------ | ------------------------------------------------ |
 * | T       | `num_train_timesteps` | 1000                                          |
 * | 1 − α_t | `betas[t]`         | T; √β linear from √0.00085 to √0.012 in SD 1.5    |
 * | ᾱ_t     | `alphasCumprod[t]` | T, falling: 0.99915 at t = 0, 0.00466 at t = 999 |
 *
 * Timesteps count from 0, as in diffusers, so ᾱ_0 is the first noised state. Computed in float64 (the reference rounds to float32).
 */

/** Fields of a diffusers scheduler_config.json that are read here; others must hold the value that is implied. */
export interface NoiseScheduleConfig {
  /** T. */
  readonly num_train_timesteps: number;
  /** β at t = 0. */
  readonly beta_start: number;
  /** β at t = T − 1. */
  readonly beta_end: number;
  /** "scaled_linear": √β is linear in t (Stable Diffusion). "linear": β is. */
  readonly beta_schedule: "scaled_linear" | "linear";
  /** What the model returns: the noise ε, or v = √ᾱ ε − √(1 − ᾱ) z_0. */
  readonly prediction_type: "epsilon" | "v_prediction";
  /** Which of the T timesteps a sampler visits. */
  readonly timestep_spacing: "leading" | "linspace" | "trailing";
  /** Added to "leading" timesteps. */
  readonly steps_offset: number;
  /** ᾱ behind the last step: 1, or ᾱ_0 if false (DDIM, PNDM). */
  readonly set_alpha_to_one?: boolean;
}

/** A noise schedule with its configuration. */
export interface NoiseSchedule {
  /** What it was made from. */
  readonly config: NoiseScheduleConfig;
  /** 1 − α_t, [T]. */
  readonly betas: Float64Array;
  /** ᾱ_t, [T]. */
  readonly alphasCumprod: Float64Array;
}

/** SD 1.5's schedule, also that of every mini model. */
export const SD_SCHEDULE: NoiseScheduleConfig = {
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  prediction_type: "epsilon",
  timestep_spacing: "leading",
  steps_offset: 1,
  set_alpha_to_one: false,
};

/** Fields of a configuration whose only supported value is this one; absent counts as given. */
export type ImpliedFields = Readonly<Record<string, unknown>>;

/** Those of every sampler: they make the schedule itself. A sampler's own are in its definition. */
const IMPLIED: ImpliedFields = { rescale_betas_zero_snr: false, trained_betas: null };

/** More timesteps than any model was trained with. */
const MOST_TIMESTEPS = 100_000;

/** @throws RangeError when the configuration gives one of these fields another value; `what` needs them. */
export function checkImplied(config: NoiseScheduleConfig, fields: ImpliedFields, what: string): void {
  for (const [field, value] of Object.entries(fields)) {
    const given = (config as unknown as Record<string, unknown>)[field];
    if (given !== undefined && given !== value) {
      throw new RangeError(`${what} needs ${field} = ${value}, got ${JSON.stringify(given)}`);
    }
  }
}

/**
 * The schedule of a configuration.
 *
 * @throws RangeError when the configuration asks for something that is not built.
 */
export function noiseSchedule(config: NoiseScheduleConfig = SD_SCHEDULE): NoiseSchedule {
  checkImplied(config, IMPLIED, "noiseSchedule()");
  const { num_train_timesteps: count, beta_start, beta_end, beta_schedule } = config;
  if (!(Number.isInteger(count) && count > 1 && count <= MOST_TIMESTEPS)) {
    throw new RangeError(
      `noiseSchedule() needs num_train_timesteps from 2 to ${MOST_TIMESTEPS}, got ${count}`,
    );
  }
  const { steps_offset } = config;
  if (!(Number.isInteger(steps_offset) && steps_offset >= 0)) {
    throw new RangeError(`noiseSchedule() needs a whole steps_offset from 0, got ${steps_offset}`);
  }
  if (![beta_start, beta_end].every((beta) => beta > 0 && beta < 1)) {
    throw new RangeError(`noiseSchedule() needs betas between 0 and 1, got ${beta_start} to ${beta_end}`);
  }
  if (beta_schedule !== "scaled_linear" && beta_schedule !== "linear") {
    throw new RangeError(`noiseSchedule() needs beta_schedule scaled_linear or linear, got ${beta_schedule}`);
  }
  const power = beta_schedule === "scaled_linear" ? 2 : 1;
  const low = beta_start ** (1 / power), high = beta_end ** (1 / power);
  const betas = Float64Array.from(
    { length: count },
    (_, t) => (low + (high - low) * t / (count - 1)) ** power,
  );
  let product = 1;
  return { config, betas, alphasCumprod: betas.map((beta) => product *= 1 - beta) };
}

/** √ᾱ_t and √(1 − ᾱ_t) of a batch of timesteps: z_t = signal · z_0 + noise · ε. Each [batch]. */
export function closedForm(
  schedule: NoiseSchedule,
  timesteps: ArrayLike<number>,
): { signal: Float32Array; noise: Float32Array } {
  const alphas = Array.from(timesteps, (t) => {
    const alpha = schedule.alphasCumprod[t];
    if (alpha === undefined) {
      throw new RangeError(
        `closedForm() needs whole timesteps from 0 to ${schedule.alphasCumprod.length - 1}, got ${t}`,
      );
    }
    return alpha;
  });
  return {
    signal: Float32Array.from(alphas, Math.sqrt),
    noise: Float32Array.from(alphas, (a) => Math.sqrt(1 - a)),
  };
}

/** u · x + v · y with one (u, v) per sample. x, y [batch ...] flat. */
function mix(
  x: Float32Array,
  y: Float32Array,
  coefficients: { u: ArrayLike<number>; v: ArrayLike<number> },
): Float32Array {
  const { u, v } = coefficients;
  if (x.length !== y.length || x.length % u.length !== 0) {
    throw new RangeError(
      `Mixing signal and noise needs two batches of ${u.length} equal samples, got ${x.length} and ${y.length} numbers`,
    );
  }
  const size = x.length / u.length;
  return x.map((value, i) => {
    const sample = Math.trunc(i / size);
    return (u[sample] as number) * value + (v[sample] as number) * (y[i] as number);
  });
}

/** z_t in closed form: √ᾱ_t z_0 + √(1 − ᾱ_t) ε. `z0` and `noise` [batch ...] flat, `timesteps` [batch]. */
export function addNoise(
  schedule: NoiseSchedule,
  z0: Float32Array,
  options: { noise: Float32Array; timesteps: ArrayLike<number> },
): Float32Array {
  const { signal, noise } = closedForm(schedule, options.timesteps);
  return mix(z0, options.noise, { u: signal, v: noise });
}

/** v = √ᾱ_t ε − √(1 − ᾱ_t) z_0, the target of v-prediction. */
export function velocity(
  schedule: NoiseSchedule,
  z0: Float32Array,
  options: { noise: Float32Array; timesteps: ArrayLike<number> },
): Float32Array {
  const { signal, noise } = closedForm(schedule, options.timesteps);
  return mix(z0, options.noise, { u: noise.map((x) => -x), v: signal });
}

/** What v says about a noisy sample: z_0 = √ᾱ z_t − √(1 − ᾱ) v and ε = √ᾱ v + √(1 − ᾱ) z_t. */
export function fromVelocity(
  schedule: NoiseSchedule,
  zt: Float32Array,
  options: { velocity: Float32Array; timesteps: ArrayLike<number> },
): { z0: Float32Array; noise: Float32Array } {
  const { signal, noise } = closedForm(schedule, options.timesteps);
  return {
    z0: mix(zt, options.velocity, { u: signal, v: noise.map((x) => -x) }),
    noise: mix(zt, options.velocity, { u: noise, v: signal }),
  };
}
