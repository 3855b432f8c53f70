/** A published model ready to be put into a graph: its sizes, its weights, and what a LoRA changes in them. */
import { mergeLora } from "../../lib/diffusion/mod.ts";
import { type HostParams, type Params, prefixed, scope, type Weights } from "../../lib/engine/mod.ts";

/** A model with its weights, which stay in their file. */
export interface PaperModel<Config> {
  readonly config: Config;
  readonly params: Weights;
  /** Path of the file. */
  readonly file: string;
  /** What a LoRA adds, as {@link loraHalves} gives it; absent without one. */
  readonly lora?: HostParams;
}

/** Everything of a model that a graph holds; {@link paramsIn} takes it apart there. */
export function frozenOf({ params, lora = {} }: PaperModel<unknown>): Weights {
  return { ...prefixed(params, "model"), ...prefixed(lora, "lora") };
}

/** The model's parameters inside a graph that holds {@link frozenOf}, the LoRA's changes made. */
export function paramsIn(frozen: Params, { lora }: PaperModel<unknown>): Params {
  const params = scope(frozen, "model");
  return lora ? mergeLora(params, scope(frozen, "lora")) : params;
}
