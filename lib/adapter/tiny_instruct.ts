import type { InstructResamplerConfig, ReleasedInstructResamplerConfig } from "./instruct_resampler.ts";

/** A small resampler whose sizes all differ. For tests. */
export const TINY_INSTRUCT: InstructResamplerConfig = {
  class: "ResamplerInstruct",
  dim: 8,
  depth: 2,
  dim_head: 4,
  heads: 3,
  num_queries: 4,
  output_dim: 5,
  ff_mult: 3,
  embedding_dim_image_embeds: 6,
  embedding_dim_instruct_embeds: 7,
};

/** The same as released. */
export const TINY_RELEASED: ReleasedInstructResamplerConfig = {
  ...TINY_INSTRUCT,
  class: "ResamplerInstructBigger",
  ff_mult_secondary: 2,
};
