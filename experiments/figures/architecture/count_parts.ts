/** Parameters of every part of Fig. 2 and Fig. 3, counted from the trees of shapes at both sizes; no weights are read. */
import { countParameters, type Shapes } from "../../../lib/engine/mod.ts";
import {
  imageContextShapes,
  instructAdditionShapes,
  type InstructResamplerConfig,
  plusConfig,
  resamplerShapes,
} from "../../../lib/adapter/mod.ts";
import { type UnetConfig, unetShapes } from "../../../lib/diffusion/mod.ts";
import type {
  ArchitectureContent,
  ArchitecturePart,
  ArchitectureSize,
  ArchitectureStage,
} from "./counted_parts.ts";
import { MINI_INSTRUCT, MINI_UNET, MINI_VISION, TEXT_LENGTH } from "../../mini/models.ts";
import { SD15_INSTRUCT, SD15_UNET } from "../../sd15_sizes.ts";

/** The tensors whose names match. */
const named = (shapes: Shapes, pattern: RegExp): Shapes =>
  Object.fromEntries(Object.entries(shapes).filter(([name]) => pattern.test(name)));

const part = (id: string, frozen: boolean, shapes: Shapes): ArchitecturePart => ({
  id,
  frozen,
  tensors: Object.keys(shapes).length,
  parameters: countParameters(shapes),
});

/** The stages of a U-Net, read off its parameter names: "down_blocks.0", …, "mid_block", "up_blocks.0", … */
function stagesOf(shapes: Shapes): ArchitectureStage[] {
  const stages = new Map<string, { channels: number; transformers: Set<string> }>();
  for (const [name, shape] of Object.entries(shapes)) {
    const [, path] = /^((?:down|up)_blocks\.\d+|mid_block)\./.exec(name) ?? [];
    if (path === undefined) continue;
    const stage = stages.get(path) ?? { channels: 0, transformers: new Set() };
    stages.set(path, stage);
    if (name.endsWith("resnets.0.conv2.weight")) stage.channels = shape[0] as number;
    const [, transformer] = /\.attentions\.(\d+)\./.exec(name) ?? [];
    if (transformer !== undefined) stage.transformers.add(transformer);
  }
  const rank = (path: string) =>
    ["down_blocks", "mid_block", "up_blocks"].indexOf(path.split(".")[0] as string);
  return [...stages].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true })).map(
    ([path, { channels, transformers }]) => ({
      kind: path.startsWith("down") ? "down" : path.startsWith("up") ? "up" : "mid",
      channels,
      transformers: transformers.size,
    }),
  );
}

/** Everything that is shown of one size. */
function sizeOfModels(
  name: string,
  models: { unet: UnetConfig; instruct: InstructResamplerConfig; tokens: Readonly<Record<string, number>> },
): ArchitectureSize {
  const unet = unetShapes(models.unet);
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
  return {
    name,
    parts: [
      part("unet", true, named(unet, /^(?!.*\.attn2\.)/)),
      part("text-cross-attention", true, named(unet, /\.attn2\./)),
      part(
        "image-cross-attention",
        false,
        imageContextShapes(models.unet, { width: models.instruct.output_dim }),
      ),
      part("projection", false, plus),
      part("projection-instruction", false, added),
      part("latents", false, named(plus, /^latents$/)),
      part("proj-in", false, named(plus, /^proj_in\./)),
      part("image-attention", false, named(plus, /^layers\.\d+\.0\./)),
      part("image-feed-forward", false, named(plus, /^layers\.\d+\.1\./)),
      part("proj-out", false, named(plus, /^(proj|norm)_out\./)),
      part("proj-new-input", false, named(added, /^proj_new_input\./)),
      part("instruction-attention", false, named(added, /^new_input_layers\.\d+\.0\./)),
      part("instruction-feed-forward", false, named(added, /^new_input_layers\.\d+\.1\./)),
    ],
    stages: stagesOf(unet),
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
