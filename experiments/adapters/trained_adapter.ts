/** The file of a training's adapter: its weights, and in the header all that sampling with them must know. */
import type { InstructResamplerConfig } from "../../lib/adapter/mod.ts";
import { type HostParams, readSafetensors, UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import type { AdapterRecipe } from "../../lib/training/mod.ts";

/** Its name among the outputs of a training. */
export const TRAINED_ADAPTER = "adapter.safetensors";

/** The header's entry of an adapter that was trained in place of the text. */
const REPLACES_TEXT = "replacesText";

/** An adapter as it is sampled with. */
export interface TrainedAdapter extends Pick<AdapterRecipe, "replacesText"> {
  /** `image_proj.*` and `ip_adapter.*`. */
  readonly adapter: HostParams;
}

type Metadata = Readonly<Record<string, string>>;

const headerReplacesText = (metadata: Metadata): boolean => metadata[REPLACES_TEXT] === "true";

/** @throws UserError for an adapter that was trained in place of the text, which only ablations sample with. `doing` opens the sentence. */
export function checkBesideText(metadata: Metadata, doing: string): void {
  if (!headerReplacesText(metadata)) return;
  throw new UserError(
    `${doing} failed: expected one that is attended to beside the text, got one that was trained in its place`,
  );
}

/** Bytes of the file. */
export function trainedAdapterBytes(
  weights: HostParams,
  { projection, replacesText }: Pick<AdapterRecipe, "replacesText"> & {
    readonly projection: InstructResamplerConfig;
  },
): Uint8Array {
  return writeSafetensors(weights, {
    projection: JSON.stringify(projection),
    ...(replacesText ? { [REPLACES_TEXT]: "true" } : {}),
  });
}

/** Reads it. @throws UserError when the bytes are no safetensors file. */
export function readTrainedAdapter(bytes: Uint8Array): TrainedAdapter {
  const { tensors, metadata } = readSafetensors(bytes, { what: "a trained adapter" });
  return { adapter: tensors, replacesText: headerReplacesText(metadata) };
}
