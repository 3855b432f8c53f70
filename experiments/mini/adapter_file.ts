/** The adapter that a generation runs: a trained IPAdapter-Instruct or IPAdapter+ of the mini scale, checked against encoder and base. */
import { existsSync } from "node:fs";
import { type HostParams, UserError } from "../../lib/engine/mod.ts";
import { detectProjection, loadAdapter, type ProjectionConfig } from "../../lib/adapter/mod.ts";
import type { UnetConfig } from "../../lib/diffusion/mod.ts";
import { headerObject, readWeights, type WeightFile } from "../pictures/weight_file.ts";
import { CHECKPOINTS } from "./checkpoints.ts";
import { MINI_INSTRUCT, MINI_VISION } from "./models.ts";
import { checkBesideText } from "../adapters/trained_adapter.ts";

/** The committed joint adapter. */
export const JOINT_ADAPTER: URL = new URL("ip-adapter-instruct.safetensors", CHECKPOINTS);

/** An adapter ready to run. */
export interface Adapter {
  readonly projection: ProjectionConfig;
  /** `image_proj.*` and `ip_adapter.*`. */
  readonly params: HostParams;
  /** As it was named; absent for the committed one. */
  readonly file?: string;
  /** SHA-256 of the file, 16 hexadecimal digits. */
  readonly sha256: string;
}

/** The projection in an adapter's header, as training or a committed checkpoint writes it. */
export const projectionHeader = (stored: WeightFile): Record<string, unknown> | undefined =>
  headerObject(stored, "projection") ??
    headerObject(stored, "config")?.projection as Record<string, unknown> | undefined;

/**
 * Reads an adapter; `file` absent: the committed joint one.
 *
 * @throws UserError in one sentence when it is missing, damaged, or made for another encoder or base.
 */
export async function readAdapterFile(file: string | URL | undefined, unet: UnetConfig): Promise<Adapter> {
  if (file === undefined && !existsSync(JOINT_ADAPTER)) {
    throw new UserError(
      "Reading the joint adapter failed: data/checkpoints/ip-adapter-instruct.safetensors is not there; " +
        "`deno task reproduce table1` trains one (adapter.safetensors in its cache), --checkpoint FILE names it",
    );
  }
  const stored = await readWeights(file ?? JOINT_ADAPTER, "the adapter");
  const config = projectionHeader(stored);
  const heads = config?.dim_head;
  if (typeof heads !== "number" || !Number.isInteger(heads) || heads < 1) {
    throw new UserError(
      `Reading the adapter ${stored.file} failed: expected a file with its projection in the header, as training writes it, got none`,
    );
  }
  checkBesideText(stored.metadata, `Reading the adapter ${stored.file}`);
  const found = detectProjection(stored.tensors, { dim_head: heads });
  const width = MINI_VISION.hidden_size, output_dim = unet.cross_attention_dim;
  const projection: ProjectionConfig = found.class === "Resampler"
    ? { ...found, embedding_dim: width, output_dim }
    : {
      ...MINI_INSTRUCT,
      dim: found.dim,
      depth: found.depth,
      dim_head: found.dim_head,
      heads: found.heads,
      num_queries: found.num_queries,
      ff_mult: found.ff_mult,
      output_dim,
    };
  return {
    projection,
    params: loadAdapter(stored.tensors, { projection, unet }, { what: `the adapter ${stored.file}` }),
    ...(file === undefined ? {} : { file: stored.file }),
    sha256: stored.sha256,
  };
}
