/** What a file of weights is, by names that only its kind has: for sentences about files that were taken for another kind. */

/** Kinds in the order in which they are tried; the first that has one of the names counts. */
const KINDS: readonly (readonly [name: RegExp, what: string])[] = [
  [/^lllite_/, "a ControlNet-LLLite, another kind of control"],
  [/^lora_controlnet$/, "a Control-LoRA, another kind of control"],
  [/\.hada_[wt]\d/, "a LoHa (Hadamard products), which is another change of weights than LoRA"],
  [/\.lokr_[wt]\d/, "a LoKr (Kronecker products), which is another change of weights than LoRA"],
  [/\.(dora_scale|lora_magnitude_vector)\b/, "a DoRA (LoRA with magnitudes), which is not built here"],
  [/\.lora_mid\./, "a LoRA in Tucker's form (lora_mid), which is not built here"],
  [/\.(oft_(blocks|diag|r)|boft_[rs])\b/, "an OFT, which is another change of weights than LoRA"],
  [
    /\.(on_input$|ia3_l\b)/,
    "an IA³ (learned scales of activations), which is another change of weights than LoRA",
  ],
  [/^lora_\S+\.[ab][12]\.weight$/, "a GLoRA, which is another change of weights than LoRA"],
  [/^lora_\S+\.[wb]_norm$/, "scales and shifts of norms (LyCORIS), which are no LoRA"],
  [/^lora_\S+\.(diff|diff_b)$/, "whole differences of weights, which are no LoRA"],
  [
    /^(lora_te[12]_|text_encoder_2\.|lora_unet_(input|output|middle)_block)/,
    "a LoRA for SDXL, another base model",
  ],
  [
    /^(lora_unet_(double|single)_blocks_|lora_transformer_|transformer\.\S+\.lora_)/,
    "a LoRA for a diffusion transformer (Flux, SD 3), another base model",
  ],
  [/^lora_(unet|te)|\.lora_(A|B)\.|\.lora_(down|up)\.|_lora\.(down|up)\./, "a LoRA, which --lora takes"],
  [
    /^(control_model\.|input_hint_block\.)/,
    "a ControlNet under the names of its original code: save it with diffusers first",
  ],
  [/^(adapter\.)?body\.\d+\.resnets\./, "a T2I-Adapter, another kind of control"],
  [/^controlnet_/, "a ControlNet"],
  [/^model\.diffusion_model\./, "a whole Stable Diffusion checkpoint in one file"],
  [/^(string_to_param|emb_params)\b/, "a textual inversion"],
  [/^(image_proj|image_proj_model)\./, "an adapter (IP-Adapter and its kin)"],
  [/^add_embedding\./, "a U-Net of SDXL, another base model"],
  [/^(double_blocks|joint_blocks|transformer_blocks)\./, "a diffusion transformer, another base model"],
  [/^(down_blocks|up_blocks|conv_in)\./, "a U-Net, the base model itself"],
  [/^(decoder|encoder)\.(conv_in|mid_block)\./, "an autoencoder (VAE)"],
  [/^(text_model|vision_model)\./, "a CLIP encoder"],
];

/** What a file with these names is, such as "a U-Net, the base model itself"; nothing where no name tells. */
export function fileKind(names: readonly string[]): string | undefined {
  return KINDS.find(([name]) => names.some((each) => name.test(each)))?.[1];
}
