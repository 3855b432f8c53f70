/**
 * An adapter whose image attention is scaled by λ once and for all (Sec. 3.5): attention is linear in its values and they have no bias, so
 *
 *     λ · softmax(Q Kᵀ/√d) (c W_vᵀ) = softmax(Q Kᵀ/√d) (c (λ W_v)ᵀ)
 *
 * and code that knows nothing of λ can be run at any λ.
 */
import { host, type HostParams, readSafetensors, writeSafetensors } from "../../lib/engine/mod.ts";
import type { StageOutput } from "../runner/mod.ts";

const VALUES = /^ip_adapter\.\d+\.to_v_ip\.weight$/;

/** `image_proj.*` and `ip_adapter.*` with the values times λ. @throws RangeError when there are no values. */
export function scaledAdapter(adapter: HostParams, scale: number): HostParams {
  let values = 0;
  const scaled: HostParams = {};
  for (const [name, tensor] of Object.entries(adapter)) {
    if (VALUES.test(name)) values++;
    scaled[name] = VALUES.test(name)
      ? host(Float32Array.from(tensor.data, (value) => value * scale), tensor.shape)
      : tensor;
  }
  if (values === 0) {
    throw new RangeError("scaledAdapter() needs ip_adapter.N.to_v_ip.weight among the tensors, got none");
  }
  return scaled;
}

/** A training's output whose adapter is scaled. */
export function atScale(output: StageOutput, scale: number): StageOutput {
  if (scale === 1) return output;
  return {
    ...output,
    async bytes(name) {
      const bytes = await output.bytes(name);
      if (name !== "adapter.safetensors") return bytes;
      const { tensors, metadata } = readSafetensors(bytes, { what: "a trained adapter" });
      return writeSafetensors(scaledAdapter(tensors, scale), metadata);
    },
  };
}
