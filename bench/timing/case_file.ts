/** What all sides compute on: sizes, random weights and one batch, in one safetensors file. */
import {
  combine,
  type HostParams,
  prefixed,
  readSafetensors,
  scope,
  UserError,
  writeSafetensors,
} from "../../lib/engine/mod.ts";

/** Weights and batch of a piece of work. */
export interface WorkCase<Config = unknown> {
  /** Sizes; JSON. */
  readonly config: Config;
  /** Weights under their state-dict names. */
  readonly weights: HostParams;
  /** The batch's arrays by input name. */
  readonly batch: HostParams;
}

/** A case as a file: weights under their names, the batch under `batch.`, the sizes as JSON in the header. */
export function encodeCase({ config, weights, batch }: WorkCase): Uint8Array {
  const tensors = combine(weights, prefixed(batch, "batch"));
  return writeSafetensors(tensors, { config: JSON.stringify(config) });
}

/**
 * Reads what {@link encodeCase} wrote.
 *
 * @throws UserError when it is another file, or damaged.
 */
export function decodeCase(bytes: Uint8Array): WorkCase {
  const { tensors, metadata } = readSafetensors(bytes, { what: "the case to time" });
  if (metadata["config"] === undefined) {
    throw new UserError(
      'Reading the case to time failed: expected sizes in its header as "config", got none',
    );
  }
  return {
    config: JSON.parse(metadata["config"]),
    weights: Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith("batch."))),
    batch: scope(tensors, "batch"),
  };
}
