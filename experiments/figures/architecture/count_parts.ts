/** Parameters of every part of Fig. 2 and Fig. 3, counted from the trees of shapes at both sizes; no weights are read. */
import { countParameters, type Shapes } from "../../../lib/engine/mod.ts";
import {
  imageContextShapes,
  instructAdditionShapes,
  type InstructResamplerConfig,
  plusConfig,
  resamplerShapes,
} from "../../../lib/adapter/mod.ts";
import {
  contractingStages,
  crossAttentionLayers,
  expandingStages,
  type UnetConfig,
  unetShapes,
} from "../../../lib/diffusion/mod.ts";
import type {
  ArchitectureContent,
  ArchitecturePart,
  ArchitectureSize,
  ArchitectureStage,
} from "./counted_parts.ts";
import { MINI_INSTRUCT, MINI_UNET, MINI_VISION, TEXT_LENGTH } from "../../mini/models.ts";
import { SD15_INSTRUCT, SD15_UNET } from "../../setting/sd15_sizes.ts";

/** The tensors at or below some places of a tree. */
const below = (shapes: Shapes, ...paths: readonly string[]): Shapes =>
  Object.fromEntries(
    Object.entries(shapes).filter(([name]) =>
      paths.some((path) => name === path || name.startsWith(`${path}.`))
    ),
  );

/** The tensors that another part of the tree does not have. */
const beside = (shapes: Shapes, others: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).filter(([name]) => !(name in others)));

const part = (id: string, frozen: boolean, shapes: Shapes): ArchitecturePart => ({
  id,
  frozen,
  tensors: Object.keys(shapes).length,
  parameters: countParameters(shapes),
});

/** The stages of a U-Net from input to output. */
function stagesOf(config: UnetConfig): ArchitectureStage[] {
  const layers = crossAttentionLayers(config);
  return [...contractingStages(config), ...expandingStages(config)].map(({ kind, path, channels }) => ({
    kind,
    channels,
    transformers: layers.filter(({ stage }) => stage === path).length,
  }));
}

/** Places of a resampler's two halves in each layer. */
const ATTENTION = 0, FEED_FORWARD = 1;

/** Everything that is shown of one size. */
function sizeOfModels(
  name: string,
  models: { unet: UnetConfig; instruct: InstructResamplerConfig; tokens: Readonly<Record<string, number>> },
): ArchitectureSize {
  const unet = unetShapes(models.unet);
  const textAttention = below(unet, ...crossAttentionLayers(models.unet).map(({ path }) => path));
  const plus = resamplerShapes(plusConfig(models.instruct));
  const added = instructAdditionShapes(models.instruct);
  const {
    dim,
    depth,
    heads,
    num_queries,
    ff_mult,
    embedding_dim_image_embeds,
    embedding_dim_instruct_embeds,
  } = models.instruct;
  const layers = (list: string, half: number) =>
    Array.from({ length: depth }, (_, i) => `${list}.${i}.${half}`);
  return {
    name,
    parts: [
      part("unet", true, beside(unet, textAttention)),
      part("text-cross-attention", true, textAttention),
      part(
        "image-cross-attention",
        false,
        imageContextShapes(models.unet, { width: models.instruct.output_dim }),
      ),
      part("projection", false, plus),
      part("projection-instruction", false, added),
      part("latents", false, below(plus, "latents")),
      part("proj-in", false, below(plus, "proj_in")),
      part("image-attention", false, below(plus, ...layers("layers", ATTENTION))),
      part("image-feed-forward", false, below(plus, ...layers("layers", FEED_FORWARD))),
      part("proj-out", false, below(plus, "proj_out", "norm_out")),
      part("proj-new-input", false, below(added, "proj_new_input")),
      part("instruction-attention", false, below(added, ...layers("new_input_layers", ATTENTION))),
      part("instruction-feed-forward", false, below(added, ...layers("new_input_layers", FEED_FORWARD))),
    ],
    stages: stagesOf(models.unet),
    sizes: {
      ...models.tokens,
      textWidth: models.unet.cross_attention_dim,
      imageWidth: embedding_dim_image_embeds,
      instructionWidth: embedding_dim_instruct_embeds,
      queries: num_queries,
      ffFactor: ff_mult,
      dim,
      depth,
      heads,
    },
  };
}

/** ViT-H/14 at 224 pixels: 16 × 16 patches and the class token. SD 1.5's text encoder takes 77 tokens. */
const SD15_TOKENS = { textTokens: 77, imageTokens: 257, instructionTokens: 1 };

/** Both sizes. */
export function countParts(): Promise<ArchitectureContent> {
  const patches = (MINI_VISION.image_size / MINI_VISION.patch_size) ** 2;
  return Promise.resolve({
    sizes: [
      sizeOfModels("mini", {
        unet: MINI_UNET,
        instruct: MINI_INSTRUCT,
        tokens: { textTokens: TEXT_LENGTH, imageTokens: patches + 1, instructionTokens: 1 },
      }),
      sizeOfModels("SD 1.5", { unet: SD15_UNET, instruct: SD15_INSTRUCT, tokens: SD15_TOKENS }),
    ],
  });
}
