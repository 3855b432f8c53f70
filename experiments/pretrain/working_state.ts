/** Working states of interrupted trainings: written to a temporary name, synced, renamed; carry a checksum. */
import { createHash } from "node:crypto";
import { type HostParams, readSafetensors, writeSafetensors } from "../../lib/engine/mod.ts";

/** A training between two steps. */
export interface WorkingState {
  readonly step: number;
  readonly steps: number;
  readonly seconds: number;
  readonly state: HostParams;
}

/** Replaces a file so that a reader sees the old or the new bytes, never a part. */
export async function writeAtomically(path: URL, bytes: Uint8Array): Promise<void> {
  const partial = new URL(`${path.href}.partial`);
  const file = await Deno.open(partial, { write: true, create: true, truncate: true });
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(partial, path);
}

function location(id: string): { folder: URL; file: URL } {
  const folder = new URL("../../.cache/pretrain/", import.meta.url);
  return { folder, file: new URL(`${id}.state`, folder) };
}

/** Saves: 32 bytes of SHA-256, then a safetensors file. */
export async function writeWorkingState(id: string, state: WorkingState): Promise<void> {
  const { folder, file } = location(id);
  await Deno.mkdir(folder, { recursive: true });
  const { step, steps, seconds } = state;
  const body = writeSafetensors(state.state, { progress: JSON.stringify({ step, steps, seconds }) });
  const whole = new Uint8Array(32 + body.length);
  whole.set(createHash("sha256").update(body).digest());
  whole.set(body, 32);
  await writeAtomically(file, whole);
}

/** The last saved state; undefined when there is none or it is damaged. */
export async function readWorkingState(id: string): Promise<WorkingState | undefined> {
  try {
    const whole = await Deno.readFile(location(id).file);
    const body = whole.subarray(32);
    if (!createHash("sha256").update(body).digest().equals(whole.subarray(0, 32))) return undefined;
    const { tensors, metadata } = readSafetensors(body);
    return { ...JSON.parse(metadata.progress ?? "{}"), state: tensors };
  } catch {
    return undefined;
  }
}
