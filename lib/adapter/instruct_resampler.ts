/**
 * The projection transformer of IPAdapter-Instruct: paper Sec. 3.3 "Introducing the instruction" and Fig. 3. "We've modified the projection
 * transformer model to introduce an additional attention layer at every iteration that also attends to the CLIP embedding of the instruction."
 *
 * | symbol | name                        | shape                                            |
 * | ------ | --------------------------- | ------------------------------------------------ |
 * | E(C)   | `imageEmbeds`               | [batch patches embedding_dim_image_embeds]       |
 * | E(I)   | `instructEmbeds`            | [batch words embedding_dim_instruct_embeds]      |
 * | x      | `proj_in` E(C)              | [batch patches dim]                              |
 * | i      | `proj_new_input` E(I)       | [batch words dim], a projection of its own       |
 * | l₀     | `latents`                   | [1 num_queries dim], learned                     |
 * | c      | returned                    | [batch num_queries output_dim]                   |
 *
 * Every layer N, everything residual:
 *
 *     l ← l + Attention(x, l);  l ← l + FF(l)            image,       `layers.N.{0,1}.*`             (IPAdapter+'s own)
 *     l ← l + Attention(i, l);  l ← l + FF(l)            instruction, `new_input_layers.N.{0,1}.*`   (new)
 *     c = LN(proj_out l)                                 after the last layer
 *
 * Initialisation (Sec. 3.5): the parts of IPAdapter+ keep its weights; new matrices are white noise, σ = 1e-4; the last projection of each new
 * residual (`0.to_out`, `1.3`) is zero, so that a fresh model returns IPAdapter+'s tokens bit for bit, for every instruction.
 *
 * Departures of the authors' code (unity-research/IP-Adapter-Instruct, `ip_adapter/resampler_Instruct.py`) from their paper. We follow the
 * paper in `ResamplerInstruct` and keep the code's names; `ResamplerInstructBigger` exists to load the published checkpoints.
 *
 * |                     | paper, `ResamplerInstruct`       | released, `ResamplerInstructBigger`                          |
 * | ------------------- | -------------------------------- | ------------------------------------------------------------ |
 * | branches            | image, instruction               | image, user prompt (`prompt_layers`), instruction            |
 * | text features       | ViT-H/14, the image's own space  | token states of SD's text encoder, padded to 77, no mask     |
 * | FF factor, new part | 2 (the paper gives none)         | `ff_mult_secondary` (2 in the releases)                      |
 * | initial values      | equals IPAdapter+ exactly        | only the last FF is small (1e-4): starts 0.3–0.5 away from it |
 */
import {
  combine,
  filled,
  fold,
  host,
  type HostParams,
  type Key,
  loadStrict,
  normal,
  type Params,
  scope,
  type Shapes,
  sizeOf,
  type Tensor,
} from "../engine/mod.ts";
import { initialize, linear, linearShapes, shapeTree } from "../nn/mod.ts";
import { LAST_PROJECTIONS, perceiverBlock, perceiverBlockShapes } from "./perceiver_block.ts";
import {
  checkTokens,
  initResampler,
  projectOut,
  repeatLatents,
  type ResamplerConfig,
  resamplerShapes,
} from "./resampler.ts";

/** Sizes that both designs share, under the reference's names. */
export interface InstructSizes {
  /** Width of the transformer. */
  readonly dim: number;
  /** Number of layers. */
  readonly depth: number;
  /** Width of one attention head. */
  readonly dim_head: number;
  /** Heads of every attention. */
  readonly heads: number;
  /** Number of image tokens it returns. */
  readonly num_queries: number;
  /** Width of the image encoder's hidden states. */
  readonly embedding_dim_image_embeds: number;
  /** Width of the instruction's embedding (and of the prompt's, in the released variant). */
  readonly embedding_dim_instruct_embeds: number;
  /** Width of the U-Net's cross-attention. */
  readonly output_dim: number;
  /** FF factor of the image part only. */
  readonly ff_mult: number;
}

/** The paper's design: image, then instruction, in every layer. */
export interface InstructResamplerConfig extends InstructSizes {
  /** Tells the designs apart; the reference's class name. */
  readonly class: "ResamplerInstruct";
}

/** The design of the published checkpoints: image, then user prompt, then instruction. */
export interface ReleasedInstructResamplerConfig extends InstructSizes {
  /** Tells the designs apart; the reference's class name. */
  readonly class: "ResamplerInstructBigger";
  /** FF factor of the two text parts. */
  readonly ff_mult_secondary: number;
}

/** Either Instruct design. */
export type AnyInstructConfig = InstructResamplerConfig | ReleasedInstructResamplerConfig;

/** FF factor of the instruction part in the paper's design, whatever `ff_mult` says. */
const NEW_FF_MULT = 2;

interface Branch {
  /** Prefix of the input projection. */
  readonly input: string;
  /** Prefix of the per-layer blocks. */
  readonly layers: string;
  readonly embeds: "promptEmbeds" | "instructEmbeds";
}
const INSTRUCTION: Branch = { input: "proj_new_input", layers: "new_input_layers", embeds: "instructEmbeds" };
const PROMPT: Branch = { input: "proj_prompt_input", layers: "prompt_layers", embeds: "promptEmbeds" };

/** What is attended to after the image, in this order. */
function textBranches(config: AnyInstructConfig): readonly Branch[] {
  return config.class === "ResamplerInstruct" ? [INSTRUCTION] : [PROMPT, INSTRUCTION];
}

/** The IPAdapter+ resampler inside an Instruct resampler. */
export function plusConfig(config: AnyInstructConfig): ResamplerConfig {
  const { dim, depth, dim_head, heads, num_queries, output_dim, ff_mult } = config;
  const embedding_dim = config.embedding_dim_image_embeds;
  return { class: "Resampler", dim, depth, dim_head, heads, num_queries, embedding_dim, output_dim, ff_mult };
}

/** Names and shapes of what Instruct adds to IPAdapter+. */
export function instructAdditionShapes(config: AnyInstructConfig): Shapes {
  const ff_mult = config.class === "ResamplerInstruct" ? NEW_FF_MULT : config.ff_mult_secondary;
  const { depth, dim, embedding_dim_instruct_embeds } = config;
  const parts: Record<string, Shapes | Shapes[]> = {};
  for (const { input, layers } of textBranches(config)) {
    parts[input] = linearShapes(embedding_dim_instruct_embeds, dim);
    parts[layers] = Array.from({ length: depth }, () => perceiverBlockShapes({ ...config, ff_mult }));
  }
  return shapeTree(parts);
}

/** Parameter names and shapes: IPAdapter+'s, then what Instruct adds. */
export function instructResamplerShapes(config: AnyInstructConfig): Shapes {
  return combine(resamplerShapes(plusConfig(config)), instructAdditionShapes(config));
}

/** Fresh parameters of the whole model, IPAdapter+ part included. `std` is σ of the new matrices. */
export function initInstructResampler(
  key: Key,
  config: AnyInstructConfig,
  options: { std?: number } = {},
): HostParams {
  return instructFromPlus(fold(key, "new"), config, {
    plus: initResampler(fold(key, "plus"), plusConfig(config)),
    ...options,
  });
}

/**
 * An Instruct resampler on top of trained IPAdapter+ weights (Sec. 3.5): returns exactly the tokens of `plus` until it is trained.
 *
 * @param options.plus resampler weights under the names of {@link resamplerShapes}.
 * @param options.std σ of the new matrices, 1e-4 in the paper.
 * @throws UserError when `plus` is not a resampler of the config's sizes.
 */
export function instructFromPlus(
  key: Key,
  config: AnyInstructConfig,
  options: { plus: HostParams; std?: number },
): HostParams {
  const plus = loadStrict(options.plus, resamplerShapes(plusConfig(config)), {
    what: "the IPAdapter+ resampler to start from",
  });
  const { std = 1e-4 } = options;
  const added = initialize(key, instructAdditionShapes(config), (name, shape, own) => {
    if (LAST_PROJECTIONS.some((last) => name.endsWith("." + last))) return filled(0, shape);
    if (shape.length > 1) return host(normal(own, sizeOf(shape), { std }), shape);
    return filled(name.endsWith(".weight") ? 1 : 0, shape);
  });
  return combine(plus, added);
}

/** What an Instruct resampler sees. Embeddings are [batch tokens width]; a pooled vector is one token. */
export interface InstructInputs {
  /** E(C), hidden states of the condition image. */
  readonly imageEmbeds: Tensor;
  /** E(I), the instruction. */
  readonly instructEmbeds: Tensor;
  /** The user's prompt, only in the released variant. */
  readonly promptEmbeds?: Tensor;
}

/**
 * Image tokens [batch num_queries output_dim], chosen from the image as the instruction says.
 *
 * @throws RangeError when an embedding has another width than the config's, or the prompt is missing or superfluous.
 */
export function instructResampler(params: Params, inputs: InstructInputs, config: AnyInstructConfig): Tensor {
  checkTokens(
    "instructResampler()",
    "image embeddings",
    inputs.imageEmbeds,
    config.embedding_dim_image_embeds,
  );
  const x = linear(scope(params, "proj_in"), inputs.imageEmbeds);
  const texts = textBranches(config).map(({ input, layers, embeds }) => {
    const tokens = inputs[embeds];
    if (!tokens) {
      throw new RangeError(`instructResampler() of class ${config.class} needs ${embeds}, got none`);
    }
    checkTokens("instructResampler()", embeds, tokens, config.embedding_dim_instruct_embeds);
    return { layers, context: linear(scope(params, input), tokens) };
  });
  if (config.class === "ResamplerInstruct" && inputs.promptEmbeds) {
    throw new RangeError(
      "instructResampler() of class ResamplerInstruct takes no promptEmbeds: the paper's design attends to the instruction only",
    );
  }
  const { heads } = config;
  let latents = repeatLatents(params, inputs.imageEmbeds.shape[0] as number);
  for (let layer = 0; layer < config.depth; layer++) {
    latents = perceiverBlock(scope(params, `layers.${layer}`), latents, { context: x, heads });
    for (const { layers, context } of texts) {
      latents = perceiverBlock(scope(params, `${layers}.${layer}`), latents, { context, heads });
    }
  }
  return projectOut(params, latents);
}
