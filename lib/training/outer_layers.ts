/**
 * First and last layers, time layers and embeddings of every model that is trained here: Muon leaves their matrices to AdamW (Jordan et al. 2024: it
 * "should only be used for hidden weight layers").
 */

/** Layers of a kind of model, by their names without ".weight". */
interface OuterLayers {
  /** Whole names. */
  readonly at: readonly string[];
  /** Last components: such a layer of every block. */
  readonly inBlocks?: readonly string[];
}

/** A kind of model whose outer layers are known. */
export type LayeredModel = "unet" | "controlnet" | "vae" | "textTower" | "visionTower" | "projection";

/** By kind of model; a model need not have all of its kind's. */
const OUTER: Readonly<Record<LayeredModel, OuterLayers>> = {
  unet: {
    at: ["conv_in", "conv_out", "time_embedding.linear_1", "time_embedding.linear_2"],
    inBlocks: ["time_emb_proj"],
  },
  controlnet: {
    at: [
      "conv_in",
      "time_embedding.linear_1",
      "time_embedding.linear_2",
      "controlnet_cond_embedding.conv_in",
      "controlnet_cond_embedding.conv_out",
    ],
    inBlocks: ["time_emb_proj"],
  },
  vae: {
    at: [
      "encoder.conv_in",
      "encoder.conv_out",
      "quant_conv",
      "post_quant_conv",
      "decoder.conv_in",
      "decoder.conv_out",
    ],
  },
  textTower: {
    at: [
      "text_model.embeddings.token_embedding",
      "text_model.embeddings.position_embedding",
      "text_projection",
    ],
  },
  visionTower: {
    at: [
      "vision_model.embeddings.conv_stem.0.conv",
      "vision_model.embeddings.patch_embedding",
      "vision_model.embeddings.position_embedding",
      "visual_projection",
    ],
  },
  projection: { at: ["proj_in", "proj_out", "proj_new_input"] },
};

/** Names of the outer layers' weights among `names`, which begin with `prefix` and a dot where one is given. */
export function outerLayers(model: LayeredModel, names: readonly string[], prefix?: string): string[] {
  const { at, inBlocks = [] } = OUTER[model];
  const start = prefix === undefined ? "" : `${prefix}.`;
  return names.filter((name) => {
    if (!name.startsWith(start) || !name.endsWith(".weight")) return false;
    const layer = name.slice(start.length, -".weight".length);
    return at.includes(layer) || inBlocks.includes(layer.split(".").at(-1) as string);
  });
}
