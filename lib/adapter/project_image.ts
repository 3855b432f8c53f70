/** Image tokens by any projection: what an adapter makes of a condition (Fig. 3), whichever design its file holds. */
import type { Params, Tensor } from "../engine/mod.ts";
import type { PublishedProjection } from "./checkpoint.ts";
import { imageProjection } from "./image_projection.ts";
import { instructResampler } from "./instruct_resampler.ts";
import { resampler } from "./resampler.ts";

/** What a projection reads. */
export interface ProjectionInputs {
  /** Penultimate hidden states [batch tokens hidden]; of the first IP-Adapter pooled vectors [batch dim]. */
  readonly image: Tensor;
  /** The instruction [batch words width]; read by Instruct alone. */
  readonly instruction?: Tensor;
  /** The prompt [batch words width]; read by Instruct as released alone. */
  readonly prompt?: Tensor;
}

/**
 * Image tokens [batch queries output_dim].
 *
 * @param params the projection's, without `image_proj.`.
 * @throws RangeError when widths differ from the configuration's, or Instruct lacks what it reads.
 */
export function projectImage(params: Params, config: PublishedProjection, inputs: ProjectionInputs): Tensor {
  const { image, instruction, prompt } = inputs;
  if (config.class === "ImageProjModel") return imageProjection(params, image, config);
  if (config.class === "Resampler") return resampler(params, image, config);
  if (!instruction) {
    throw new RangeError("Projecting with IPAdapter-Instruct needs an instruction, got none");
  }
  const promptEmbeds = prompt ? { promptEmbeds: prompt } : {};
  return instructResampler(
    params,
    { imageEmbeds: image, instructEmbeds: instruction, ...promptEmbeds },
    config,
  );
}
