/** The samplers by name. Another one is its file and its line here: help, settings, errors and tests iterate over this list. */
import { ddim, type DdimOptions } from "./ddim.ts";
import { euler } from "./euler.ts";
import { pndm } from "./pndm.ts";
import type { Sampler } from "./sampler.ts";

/** What there is to know of a sampler. */
export interface SamplerDefinition {
  /** Its function. */
  readonly run: Sampler<DdimOptions>;
  /** Calls of the model beyond one for every step. */
  readonly extraCalls: number;
  /** Whether it takes η > 0, with noise of its own. */
  readonly stochastic: boolean;
}

/** All samplers; the first one is taken where none is named. */
export const SAMPLERS = {
  ddim: { run: ddim, extraCalls: 0, stochastic: true },
  pndm: { run: pndm, extraCalls: 1, stochastic: false },
  euler: { run: euler, extraCalls: 0, stochastic: false },
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
