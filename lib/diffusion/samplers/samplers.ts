/** The samplers by name. Another one is its file and its line here: help, settings, errors and tests iterate over this list. */
import { ddim, type DdimOptions } from "./ddim.ts";
import { euler } from "./euler.ts";
import { pndm } from "./pndm.ts";
import type { ImpliedFields } from "../noise_schedule.ts";
import type { Sampler } from "./sampler.ts";

/** What there is to know of a sampler. */
export interface SamplerDefinition {
  /** Its function. */
  readonly run: Sampler<DdimOptions>;
  /** Calls of the model beyond one for every step. */
  readonly extraCalls: number;
  /** Whether it takes η > 0, with noise of its own. */
  readonly stochastic: boolean;
  /** Fields of diffusers' scheduler_config.json that it reads beside the schedule's, with their only supported value; none if absent. */
  readonly implied?: ImpliedFields;
}

/** All samplers; the first one is taken where none is named. */
export const SAMPLERS = {
  ddim: { run: ddim, extraCalls: 0, stochastic: true, implied: { clip_sample: false, thresholding: false } },
  pndm: { run: pndm, extraCalls: 1, stochastic: false, implied: { skip_prk_steps: true } },
  euler: {
    run: euler,
    extraCalls: 0,
    stochastic: false,
    implied: {
      use_karras_sigmas: false,
      use_exponential_sigmas: false,
      use_beta_sigmas: false,
      interpolation_type: "linear",
      final_sigmas_type: "zero",
      timestep_type: "discrete",
    },
  },
} as const satisfies Readonly<Record<string, SamplerDefinition>>;

/** Name of a sampler. */
export type SamplerName = keyof typeof SAMPLERS;

/** The names, in the list's order. */
export const SAMPLER_NAMES = Object.keys(SAMPLERS) as [SamplerName, ...SamplerName[]];

/** The sampler where none is named. */
export const DEFAULT_SAMPLER: SamplerName = SAMPLER_NAMES[0];

/** Names of the samplers that something is true of. */
export function samplersWith(is: (definition: SamplerDefinition) => boolean): SamplerName[] {
  return SAMPLER_NAMES.filter((name) => is(SAMPLERS[name]));
}
