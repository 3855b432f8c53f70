/**
 * The one table of names under which the world's files hold the same weights. Left: what a file may say; right: the reference's state-dict
 * name that our models use. A name that the model itself has is taken as it is; rows apply to the others, from top to bottom.
 */

/** One renaming. */
export interface NameRow {
  /** Which files have such names. */
  readonly layout: string;
  /** What is replaced. */
  readonly from: RegExp;
  /** By what, with $1…; null: the tensor is left out, for `reason`. */
  readonly to: string | null;
  /** The tensor is this part of the target, stacked along the first side: 0, 1, … */
  readonly part?: number;
  /** Sides of 1 at the end of the shape are dropped: old files hold some linear layers as 1×1 convolutions. */
  readonly squeeze?: true;
  /** Why a tensor is left out. */
  readonly reason?: string;
}

/** Kinds of models with names of their own in published files. */
export type PublishedModel = "unet" | "vae" | "text" | "vision" | "controlnet" | "adapter" | "lora";

const OLD_VAE = "SD 1.5's VAE files of before diffusers 0.18";
const WHOLE_CLIP = "files of a whole CLIPModel";
const OPEN_PREFIX = "files without the tower's prefix";
const TRAINING = "training checkpoints of tencent-ailab/IP-Adapter, and ComfyUI's community adapters";
const DIFFUSERS = "diffusers, a U-Net saved with its IP-Adapter";
const OLD_DIFFUSERS = "the same before diffusers 0.28";
const OLD_LORA = "LoRA of diffusers before 0.22";
const OWN_PEFT = "LoRA saved by peft itself";

const NOT_TEXT = /^(vision_model\.|visual_projection\.|logit_scale$)/;
const NOT_VISION = /^(text_model\.|text_projection\.|logit_scale$)/;

/** The table. */
export const PUBLISHED_NAMES: Readonly<Record<PublishedModel, readonly NameRow[]>> = {
  unet: [],
  controlnet: [],
  vae: [
    { layout: OLD_VAE, from: /(\.attentions\.0\.)query\./, to: "$1to_q.", squeeze: true },
    { layout: OLD_VAE, from: /(\.attentions\.0\.)key\./, to: "$1to_k.", squeeze: true },
    { layout: OLD_VAE, from: /(\.attentions\.0\.)value\./, to: "$1to_v.", squeeze: true },
    { layout: OLD_VAE, from: /(\.attentions\.0\.)proj_attn\./, to: "$1to_out.0.", squeeze: true },
  ],
  text: [
    { layout: WHOLE_CLIP, from: NOT_TEXT, to: null, reason: "it belongs to the image tower" },
    {
      layout: WHOLE_CLIP,
      from: /^text_projection\.weight$/,
      to: null,
      reason: "this model has no projection",
    },
    { layout: OPEN_PREFIX, from: /^(embeddings|encoder|final_layer_norm)\./, to: "text_model.$1." },
    {
      layout: "transformers before 4.31",
      from: /^text_model\.embeddings\.position_ids$/,
      to: null,
      reason: "it holds 0, 1, 2 …",
    },
  ],
  vision: [
    { layout: WHOLE_CLIP, from: NOT_VISION, to: null, reason: "it belongs to the text tower" },
    {
      layout: OPEN_PREFIX,
      from: /^(embeddings|pre_layrnorm|encoder|post_layernorm)\./,
      to: "vision_model.$1.",
    },
    {
      layout: "transformers before 4.31",
      from: /^vision_model\.embeddings\.position_ids$/,
      to: null,
      reason: "it holds 0, 1, 2 …",
    },
  ],
  adapter: [
    { layout: TRAINING, from: /^image_proj_model\./, to: "image_proj." },
    { layout: TRAINING, from: /^adapter_modules\./, to: "ip_adapter." },
    {
      layout: DIFFUSERS,
      from: /^(unet\.)?encoder_hid_proj\.image_projection_layers\.0\./,
      to: "image_proj.",
    },
    { layout: DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)ln0\./, to: "$<layer>0.norm1." },
    { layout: DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)ln1\./, to: "$<layer>0.norm2." },
    { layout: DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)attn\.to_q\./, to: "$<layer>0.to_q." },
    {
      layout: DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)attn\.to_k\./,
      to: "$<layer>0.to_kv.",
      part: 0,
    },
    {
      layout: DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)attn\.to_v\./,
      to: "$<layer>0.to_kv.",
      part: 1,
    },
    {
      layout: DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)attn\.to_out\.0\./,
      to: "$<layer>0.to_out.",
    },
    { layout: DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)ff\.0\./, to: "$<layer>1.0." },
    {
      layout: DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)ff\.1\.net\.0\.proj\./,
      to: "$<layer>1.1.",
    },
    { layout: DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)ff\.1\.net\.2\./, to: "$<layer>1.3." },
    { layout: DIFFUSERS, from: /^image_proj\.image_embeds\./, to: "image_proj.proj." },
    {
      layout: OLD_DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)0\.(weight|bias)$/,
      to: "$<layer>0.norm1.$2",
    },
    {
      layout: OLD_DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)1\.(weight|bias)$/,
      to: "$<layer>0.norm2.$2",
    },
    { layout: OLD_DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)2\.to_q\./, to: "$<layer>0.to_q." },
    {
      layout: OLD_DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)2\.to_k\./,
      to: "$<layer>0.to_kv.",
      part: 0,
    },
    {
      layout: OLD_DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)2\.to_v\./,
      to: "$<layer>0.to_kv.",
      part: 1,
    },
    {
      layout: OLD_DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)2\.to_out\.0\./,
      to: "$<layer>0.to_out.",
    },
    { layout: OLD_DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)3\.0\./, to: "$<layer>1.0." },
    {
      layout: OLD_DIFFUSERS,
      from: /^(?<layer>image_proj\.layers\.\d+\.)3\.1\.net\.0\.proj\./,
      to: "$<layer>1.1.",
    },
    { layout: OLD_DIFFUSERS, from: /^(?<layer>image_proj\.layers\.\d+\.)3\.1\.net\.2\./, to: "$<layer>1.3." },
    // Before the rule that leaves the base out: {PATH.processor.to_k_ip.0.weight} is numbered by `adapterRows`, which knows the U-Net's layers.
    {
      layout: `${TRAINING}; ${DIFFUSERS}`,
      from:
        /^(unet\.)?(conv_in|conv_out|conv_norm_out|time_embedding|down_blocks|up_blocks|mid_block)\.(?!.*\.processor\.)/,
      to: null,
      reason: "it belongs to the base model",
    },
  ],
  lora: [
    { layout: OWN_PEFT, from: /^base_model\.model\./, to: "" },
    { layout: OWN_PEFT, from: /\.lora_(A|B)\.default\.weight$/, to: ".lora_$1.weight" },
    { layout: OLD_LORA, from: /\.processor\.to_(q|k|v)_lora\./, to: ".to_$1.lora." },
    { layout: OLD_LORA, from: /\.processor\.to_out_lora\./, to: ".to_out.0.lora." },
    // The text encoder's modules have names of their own, and stand in no processor.
    { layout: OLD_LORA, from: /\.self_attn\.to_(q|k|v|out)_lora\./, to: ".self_attn.$1_proj.lora." },
    { layout: OLD_LORA, from: /\.lora_linear_layer\./, to: ".lora." },
    { layout: OLD_LORA, from: /\.lora\.(down|up)\.weight$/, to: ".lora_$1.weight" },
  ],
};

/** What a file's name stands for. */
export interface Renamed {
  /** The reference's name; null where the tensor is left out. */
  readonly name: string | null;
  /** Part of the target, where several tensors make one. */
  readonly part?: number;
  /** Whether sides of 1 at the end are dropped. */
  readonly squeeze: boolean;
  /** Why the tensor is left out. */
  readonly reason?: string;
}

/** Applies rows to one name, from top to bottom. */
export function renamed(name: string, rows: readonly NameRow[]): Renamed {
  let now = name, part: number | undefined, squeeze = false;
  for (const row of rows) {
    if (!row.from.test(now)) continue;
    if (row.to === null) return { name: null, squeeze, ...(row.reason ? { reason: row.reason } : {}) };
    now = now.replace(row.from, row.to);
    part = row.part ?? part;
    squeeze ||= row.squeeze ?? false;
  }
  return { name: now, squeeze, ...(part === undefined ? {} : { part }) };
}
