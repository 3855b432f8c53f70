/** Computes one stage of a plan under its lock, so that a kill at any moment costs time and nothing else. */
import { performance } from "node:perf_hooks";
import { openFolderWriter, sweepPartial } from "../../lib/hub/mod.ts";
import { holderText, ownerEnded, ownerName } from "./holder.ts";
import type { PlannedStage } from "./plan_stages.ts";
import { type StageLock, takeLock } from "./stage_lock.ts";
import { metaJson, outputOf, readStage } from "./stage_store.ts";
import { trainingLog } from "./training_log.ts";
import {
  inOrder,
  type RunEvent,
  type Stage,
  type StageContext,
  type StageOrigin,
  type StageOutput,
  Stopped,
} from "./stage.ts";

/** Where a stage is computed, and who hears of it. */
export interface ComputeOptions {
  readonly cacheFolder: string;
  readonly onEvent?: (event: RunEvent) => void;
  /** Abort it to stop at the next report of progress. */
  readonly signal?: AbortSignal;
  /** Tells where a stage is computed; asked once a stage is finished. */
  readonly origin: () => Promise<StageOrigin>;
}

/** What a plan says of the stage that is computed. */
export type ToCompute = Pick<PlannedStage, "stage" | "key" | "ingredients" | "place" | "again">;

/** What a stage finds: outputs of stages by id, and the keys of all. */
interface Found {
  readonly outputs: ReadonlyMap<string, StageOutput>;
  readonly keys: ReadonlyMap<Stage, string>;
}

/** Another process took the stage over, since this one was silent for too long. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/**
 * The output of a stage: computed, or what another process has computed meanwhile.
 *
 * @throws Stopped when the signal was aborted
 */
export async function computeStage(
  planned: ToCompute,
  found: Found,
  options: ComputeOptions,
): Promise<StageOutput> {
  const { onEvent = () => {}, signal } = options;
  const { stage } = planned;
  const notice = (text: string) => onEvent({ kind: "notice", stage, text });
  for (;;) {
    const lock = await takeLock(planned.place.lock, {
      ...(signal && { signal }),
      onWait: (holder) => notice(`${holderText(holder)} is computing it; waiting`),
    });
    try {
      if (lock.abandonedBy !== undefined) {
        notice(`${holderText(lock.abandonedBy)} was ended while computing it; taking over`);
      }
      return await computeUnder(lock, planned, found, { ...options, notice });
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      notice("another process took it over; waiting for its result");
    } finally {
      lock.release();
    }
  }
}

/** Computes a stage while a lock is held. */
async function computeUnder(
  lock: StageLock,
  planned: ToCompute,
  { outputs, keys }: Found,
  options: ComputeOptions & { readonly notice: (text: string) => void },
): Promise<StageOutput> {
  const { stage, key, place, ingredients, again } = planned;
  const { onEvent = () => {}, signal = new AbortController().signal, notice } = options;
  const owner = ownerName(lock.holder);
  const gone = (other: string) => ownerEnded(other, lock.ended ? lock.abandonedBy?.token : undefined);
  await sweepPartial(place.output, gone);
  const before = await readStage(place, key);
  if (before.state === "sound" && !again) return outputOf(stage, place, before.manifest);
  if (again) await place.checkpoints.clear();

  const writer = await openFolderWriter(place.output, { owner });
  const log = trainingLog(place.log, { notice });
  let pictures: Parameters<StageContext["watch"]>[0] | undefined;
  let shown: number | undefined;
  const showPictures = async (step = shown) => {
    if (pictures === undefined || shown === undefined || step === undefined) return;
    try {
      log.showPictures(step, await pictures());
    } catch (error) {
      // What is only looked at ends no training.
      notice(`its pictures could not be sampled: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  try {
    let spent = 0;
    const started = performance.now();
    const seconds = () => spent + (performance.now() - started) / 1000;
    const inputs = new Map(stage.parents.flatMap(({ id }) => {
      const output = outputs.get(id);
      return output === undefined ? [] : [[id, output] as const];
    }));
    const context: StageContext = {
      inputs,
      input(id) {
        const output = inputs.get(id);
        if (output === undefined) {
          throw new RangeError(
            `Stage ${stage.id} has no parent "${id}": expected one of ${[...inputs.keys()].join(", ")}`,
          );
        }
        return output;
      },
      ancestors: inOrder(stage.parents).map((each) => ({
        id: each.id,
        key: keys.get(each) as string,
        output: outputs.get(each.id),
      })),
      write: writer.write,
      progress(done, total, unit, watched) {
        onEvent({ kind: "progress", stage, done, total, unit });
        if (watched !== undefined && !lock.lost()) {
          log.show(done, total, watched);
          shown = done;
        }
        if (signal.aborted) throw new Stopped(`Stopped in ${stage.id}`);
        if (lock.lost()) throw new Overtaken(`${stage.id} was taken over`);
      },
      watch(sample) {
        pictures = sample;
      },
      notice,
      async saveCheckpoint(step, files, state = null) {
        // Before the save: a stage that goes on from it has shown all steps before.
        if (!signal.aborted) await showPictures(step);
        await place.checkpoints.save(step, files, { state, seconds: seconds(), owner });
      },
      async loadLatestCheckpoint() {
        const latest = await place.checkpoints.latest({ notice, gone });
        if (latest !== undefined) spent = latest.seconds;
        return latest;
      },
      signal,
      cacheFolder: options.cacheFolder,
    };
    await stage.run(context);
    await showPictures();
    const origin = await options.origin();
    const manifest = await writer.seal(metaJson({ key, seconds: seconds(), origin, ingredients }), {
      // Two processes that computed the same key agree on what was finished first.
      keep: ({ meta }) => meta["key"] === key && !again,
    });
    await place.checkpoints.clear();
    return outputOf(stage, place, manifest);
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    log.close();
  }
}
