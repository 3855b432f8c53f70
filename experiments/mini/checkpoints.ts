/** The committed checkpoints of the frozen parts (`experiments/parts`): fp16 safetensors whose header holds the configuration and a SHA-256 of the tensors. */
import { createHash } from "node:crypto";
import { type HostParams, readSafetensors, UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { shortHash } from "../pictures/short_hash.ts";

/** Parts that adapters are trained, sampled and judged with. */
export const ADAPTER_PARTS = ["vae", "encoder", "judge", "base", "ip-adapter-plus"] as const;

/** Folder of the committed checkpoints. */
export const CHECKPOINTS: URL = new URL("../../data/checkpoints/", import.meta.url);

/** A part read from its file. */
export interface Checkpoint {
  readonly part: string;
  readonly config: Record<string, unknown>;
  readonly tensors: HostParams;
  /** SHA-256 of the file, 16 hexadecimal digits: names the part in stage keys. */
  readonly hash: string;
}

function digest(tensors: HostParams): string {
  const hash = createHash("sha256");
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    hash.update(`${name}[${shape}]`).update(new Uint8Array(Float16Array.from(data as Float32Array).buffer));
  }
  return hash.digest("hex");
}

/** Path of a part's file; `folder` ends in a slash. */
export function checkpointPath(part: string, folder: URL = CHECKPOINTS): URL {
  return new URL(`${part}.safetensors`, folder);
}

/** Bytes of a checkpoint file. Tensors are stored in half precision. */
export function encodeCheckpoint(
  part: string,
  tensors: HostParams,
  config: Record<string, unknown>,
): Uint8Array {
  const metadata = { part, config: JSON.stringify(config), sha256: digest(tensors) };
  return writeSafetensors(tensors, metadata, { dtype: "float16" });
}

/**
 * Reads a part.
 *
 * @throws UserError when the file is missing, truncated, of another part, or its tensors do not match its checksum.
 */
export async function readCheckpoint(
  part: string,
  path: URL | string = checkpointPath(part),
): Promise<Checkpoint> {
  const shown = path instanceof URL ? path.pathname : path;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch {
    throw new UserError(
      `Reading checkpoint ${shown} failed: expected a file, found none. Make it with: deno task pretrain ${part}`,
    );
  }
  const { tensors, metadata } = readSafetensors(bytes, { what: shown });
  if (metadata.part !== part) {
    throw new UserError(
      `Reading checkpoint ${shown} failed: expected part "${part}", got "${
        metadata.part ?? "a foreign file"
      }"`,
    );
  }
  if (metadata.sha256 !== digest(tensors)) {
    throw new UserError(
      `Reading checkpoint ${shown} failed: its tensors do not match its checksum, the file is damaged`,
    );
  }
  return { part, config: JSON.parse(metadata.config ?? "{}"), tensors, hash: shortHash(bytes) };
}

/** The trainings behind a part's weights as its header tells them, the first one first. Files of one training before the last name that one alone. */
export function trainingsOf<Training>({ earlier, recipe }: Checkpoint["config"]): Training[] {
  return [earlier ?? [], recipe ?? []].flat() as Training[];
}

/** Paths of the checkpoint files from the repository's root, for stage keys. */
export function checkpointFiles(...parts: string[]): string[] {
  return parts.map((part) => `data/checkpoints/${part}.safetensors`);
}
