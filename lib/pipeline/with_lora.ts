/** A LoRA for a base model, U-Net and text encoder. */
import { adapterConfigBeside, type Lora, loraHalves, type LoraPart, readLoraFile } from "../diffusion/mod.ts";
import { type HostParams, UserError } from "../engine/mod.ts";
import type { BaseParts, ModelPart } from "./models.ts";

/** A model with its share of a LoRA, which is added to the weights when a graph is opened: they may lie in memory or in their file. */
const changed = <Config>(
  model: ModelPart<Config>,
  lora: Lora,
  options: { scale: number },
): ModelPart<Config> => ({
  ...model,
  lora: loraHalves(lora, model.params, options),
});

/**
 * Models with a LoRA's changes; the given ones stay as they are.
 *
 * @param file a file's tensors and header.
 * @param options.path where it lies: peft keeps its settings beside it.
 * @param options.name what it is called in sentences; the path if absent.
 * @throws RangeError when the models have one already.
 * @throws UserError in one sentence when keys or shapes do not belong to this base, or nothing of it is changed.
 */
export function withLora<Models extends Pick<BaseParts, "unet" | "text">>(
  models: Models,
  file: { readonly tensors: HostParams; readonly metadata?: Readonly<Record<string, string>> },
  { path, name = path, scale }: { path: string; name?: string; scale: number },
): Models {
  if (models.unet.lora || models.text.lora) {
    throw new RangeError(`withLora() needs models without a LoRA, got one that ${name} would replace`);
  }
  try {
    const lora: Readonly<Record<LoraPart, Lora>> = readLoraFile(
      { ...file, beside: adapterConfigBeside(path, Object.keys(file.tensors)) },
      { unet: Object.keys(models.unet.params), text_encoder: Object.keys(models.text.params) },
    );
    const unet = changed(models.unet, lora.unet, { scale });
    const text = changed(models.text, lora.text_encoder, { scale });
    if (Object.keys(lora.unet).length + Object.keys(lora.text_encoder).length === 0) {
      throw new UserError("expected changes of the U-Net or the text encoder, got none");
    }
    return { ...models, unet, text };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RangeError)) throw error;
    throw new UserError(`Applying the LoRA ${name} failed: ${error.message}`);
  }
}
