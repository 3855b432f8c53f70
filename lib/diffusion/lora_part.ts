/** The models that a LoRA file may change. */
export const LORA_PARTS = ["unet", "text_encoder"] as const;

/** One of them. */
export type LoraPart = typeof LORA_PARTS[number];
