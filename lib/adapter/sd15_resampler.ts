import type { ResamplerConfig } from "./resampler.ts";

/** IPAdapter+ for Stable Diffusion 1.5: 29,918,208 parameters. */
export const SD15_RESAMPLER: ResamplerConfig = {
  class: "Resampler",
  dim: 768,
  depth: 4,
  dim_head: 64,
  heads: 12,
  num_queries: 16,
  embedding_dim: 1280,
  output_dim: 768,
  ff_mult: 4,
};
