/** The weights that may be at fault when a part's output is not finite, for the sentence that names them. */
import { type HostParams, prefixed, scope, type Weights } from "../engine/mod.ts";
import type { AdapterPart, ModelPart } from "./models.ts";

/** The weights of a model and of what was put on it. */
export function modelWeights(part: string, model: ModelPart<unknown>): Record<string, Weights> {
  return { [part]: model.params, ...(model.lora ? { "the LoRA": model.lora } : {}) };
}

/** A part of an adapter, `image_proj` or `ip_adapter`: of the weights that a call was given, else the generator's own. */
export function adapterPartWeights(
  adapter: AdapterPart | undefined,
  given: HostParams | undefined,
  part: string,
): Record<string, Weights> {
  const weights = given ?? (adapter && "params" in adapter ? adapter.params : undefined);
  return weights ? { "the adapter": prefixed(scope(weights, part), part) } : {};
}
