/** Working states of interrupted trainings, whole or not there, behind their checksum. */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type HostParams, readSafetensors, UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { readChecked, writeChecked } from "../../lib/hub/mod.ts";

/** Folder of the working states. */
export const WORKING_STATES = new URL("../../.cache/pretrain/", import.meta.url);

/** What makes a training this one and no other, under the names a user reads: its recipe, seed, data and the hashes of what it began from. */
export type TrainingIdentity = Readonly<Record<string, string | number>>;

/** A training between two steps. */
export interface WorkingState {
  readonly identity: TrainingIdentity;
  readonly step: number;
  readonly steps: number;
  readonly seconds: number;
  /** Running mean of the loss. */
  readonly loss: number;
  readonly state: HostParams;
  /** Recipes of the trainings that led to the checkpoint that this one began from, where there was one. */
  readonly before?: readonly unknown[];
}

function location(part: string, folder: URL): string {
  return fileURLToPath(new URL(`${part}.state`, folder));
}

/** A state as bytes. */
export function encodeWorkingState({ state: tensors, ...progress }: WorkingState): Uint8Array {
  return writeSafetensors(tensors, { progress: JSON.stringify(progress) });
}

/** A state from its bytes. @throws UserError when they are none, with `what` they should be */
export function decodeWorkingState(bytes: Uint8Array, what: string): WorkingState {
  const { tensors, metadata } = readSafetensors(bytes, { what });
  return { identity: {}, ...JSON.parse(metadata.progress ?? "{}"), state: tensors };
}

/** Saves a state in place of the one before. `folder`, here and below, ends in a slash. */
export async function writeWorkingState(
  part: string,
  state: WorkingState,
  folder: URL = WORKING_STATES,
): Promise<void> {
  await writeChecked(location(part, folder), encodeWorkingState(state));
}

/**
 * The last saved state.
 *
 * @throws UserError when there is none or it is damaged.
 */
export async function readWorkingState(part: string, folder: URL = WORKING_STATES): Promise<WorkingState> {
  const { state, content } = await readChecked(location(part, folder));
  if (state !== "sound") {
    throw new UserError(
      `Going on with ${part} needs a sound working state in .cache/pretrain, found ${
        state === "missing" ? "none" : "a damaged one"
      }: leave out --resume`,
    );
  }
  return decodeWorkingState(content, `the working state of ${part}`);
}

/** Removes the state of a training that has ended. */
export async function removeWorkingState(part: string, folder: URL = WORKING_STATES): Promise<void> {
  await rm(location(part, folder), { force: true });
}

/**
 * Checks that a state belongs to the training that is to go on.
 *
 * @throws UserError with the names of what differs.
 */
export function checkIdentity(part: string, saved: TrainingIdentity, wanted: TrainingIdentity): void {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(saved)])];
  const differing = names.filter((name) => saved[name] !== wanted[name]);
  if (differing.length > 0) {
    throw new UserError(
      `Going on with ${part} failed: its working state in .cache/pretrain is of another training (${
        differing.join(", ")
      } differ): leave out --resume`,
    );
  }
}
