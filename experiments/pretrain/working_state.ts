/** Working states of interrupted trainings, whole or not there, behind their checksum. */
import { fileURLToPath } from "node:url";
import { type HostParams, readSafetensors, writeSafetensors } from "../../lib/engine/mod.ts";
import { readChecked, writeChecked } from "../../lib/hub/mod.ts";

/** A training between two steps. */
export interface WorkingState {
  readonly step: number;
  readonly steps: number;
  readonly seconds: number;
  readonly state: HostParams;
  /** Recipes of the trainings that led to the checkpoint that this one began from, where there was one. */
  readonly before?: unknown;
}

function location(id: string): string {
  return fileURLToPath(new URL(`../../.cache/pretrain/${id}.state`, import.meta.url));
}

/** Saves a state in place of the one before. */
export async function writeWorkingState(id: string, state: WorkingState): Promise<void> {
  const { state: tensors, ...progress } = state;
  await writeChecked(location(id), writeSafetensors(tensors, { progress: JSON.stringify(progress) }));
}

/** The last saved state; undefined when there is none or it is damaged. */
export async function readWorkingState(id: string): Promise<WorkingState | undefined> {
  const { state, content } = await readChecked(location(id));
  if (state !== "sound") return undefined;
  const { tensors, metadata } = readSafetensors(content, { what: `the working state of ${id}` });
  return { ...JSON.parse(metadata.progress ?? "{}"), state: tensors };
}
