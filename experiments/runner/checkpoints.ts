/** Intermediate states of a stage, each a sealed folder named by its step. */
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Json, makeFolder, openFolderWriter, readSealed, sweepPartial } from "../../lib/hub/mod.ts";
import type { Checkpoint } from "./stage.ts";

/**
 * How many are kept: the newest, and the one before it should the newest be damaged. A process prunes only what it saved or went on from
 * itself: another one that computes the same stage may read the others.
 */
const KEPT = 2;

/** The checkpoints of one stage. */
export interface CheckpointFolder {
  /** Steps with a checkpoint, newest first, unchecked. */
  steps(): Promise<number[]>;
  save(
    step: number,
    files: Readonly<Record<string, Uint8Array>>,
    about: { state: Json; seconds: number; owner: string },
  ): Promise<void>;
  /** The newest sound one, with the seconds spent until it was saved. `gone` tells whose unfinished ones are deleted, see `sweepPartial()`. */
  latest(
    options: { notice: (text: string) => void; gone: (owner: string) => boolean },
  ): Promise<(Checkpoint & { seconds: number }) | undefined>;
  /** Deletes all. */
  clear(): Promise<void>;
}

/** The checkpoints kept in `folder`, which need not exist yet. */
export function checkpointFolder(folder: string): CheckpointFolder {
  const pathOf = (step: number) => join(folder, `step-${String(step).padStart(9, "0")}`);
  const steps = async () => {
    if (!existsSync(folder)) return [];
    const names = await readdir(folder);
    return names.flatMap((name) => /^step-\d+$/.test(name) ? [Number(name.slice(5))] : []).sort((a, b) =>
      b - a
    );
  };
  const own = new Set<number>();
  return {
    steps,
    async save(step, files, { state, seconds, owner }) {
      if (!Number.isInteger(step) || step < 0) {
        throw new RangeError(`saveCheckpoint() needs a step of 0 or more, got ${step}`);
      }
      await makeFolder(folder);
      const writer = await openFolderWriter(pathOf(step), { owner });
      try {
        for (const [name, content] of Object.entries(files)) writer.write(name, content);
        await writer.seal({ step, state, seconds });
      } catch (error) {
        await writer.discard();
        throw error;
      }
      own.add(step);
      for (const old of [...own].sort((a, b) => b - a).slice(KEPT)) {
        await rm(pathOf(old), { recursive: true, force: true });
        own.delete(old);
      }
    },
    async latest({ notice, gone }) {
      const unfinished = existsSync(folder)
        ? (await readdir(folder)).flatMap((name) => /^(step-\d+)\./.exec(name)?.[1] ?? [])
        : [];
      for (const name of new Set(unfinished)) await sweepPartial(join(folder, name), gone);
      for (const step of await steps()) {
        const sealed = await readSealed(pathOf(step));
        if (sealed.state === "sound") {
          const files: Record<string, Uint8Array> = {};
          for (const name of Object.keys(sealed.manifest.files)) {
            files[name] = new Uint8Array(await readFile(join(pathOf(step), name)));
          }
          own.add(step);
          const { state = null, seconds = 0 } = sealed.manifest.meta;
          return { step, files, state, seconds: seconds as number };
        }
        if (sealed.state === "missing") continue;
        notice(`the checkpoint of step ${step} is corrupted (${sealed.problem}) and is ignored`);
        await rm(pathOf(step), { recursive: true, force: true });
      }
      return undefined;
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}
