/** Computes the stages of a plan that must run, one after another, so that a kill at any moment costs time and nothing else. */
import { performance } from "node:perf_hooks";
import { type Manifest, openFolderWriter, sweepPartial } from "../../lib/hub/mod.ts";
import { type PlannedStage, planStages } from "./plan_stages.ts";
import { takeLock } from "./stage_lock.ts";
import { metaJson, outputOf, readStage } from "./stage_store.ts";
import {
  inOrder,
  type RunEvent,
  type Stage,
  type StageContext,
  type StageOrigin,
  type StageOutput,
  Stopped,
} from "./stage.ts";

/** How to run stages. */
export interface RunOptions {
  readonly cacheFolder: string;
  /** Stages to compute even when cached. */
  readonly force?: (stage: Stage) => boolean;
  readonly onEvent?: (event: RunEvent) => void;
  /** Abort it to stop at the next report of progress. */
  readonly signal?: AbortSignal;
  /** Called before each stage that must run, e.g. to check the device. */
  readonly before?: () => Promise<void>;
  /** Tells where a stage is computed; asked once a stage is finished. */
  readonly origin: () => Promise<StageOrigin>;
}

/**
 * Brings the outputs of `targets` up to date and returns those of all stages that are there, by id.
 *
 * @throws Stopped when the signal was aborted
 */
export async function runStages(
  targets: readonly Stage[],
  options: RunOptions,
): Promise<ReadonlyMap<string, StageOutput>> {
  const { onEvent = () => {}, signal = new AbortController().signal } = options;
  const outputs = new Map<string, StageOutput>();
  const plan = await planStages(targets, options);
  const keys = new Map(plan.map(({ stage, key }) => [stage, key]));
  for (const planned of plan) {
    const { stage, place, action, manifest } = planned;
    if (signal.aborted) throw new Stopped(`Stopped before ${stage.id}`);
    if (action === "not needed") continue;
    if (manifest !== undefined) {
      onEvent({ kind: "cached", stage });
      outputs.set(stage.id, outputOf(stage, place, manifest));
      continue;
    }
    await options.before?.();
    onEvent({ kind: "started", stage, reason: planned.reason });
    if (planned.reason.startsWith("corrupted")) {
      onEvent({
        kind: "notice",
        stage,
        text: `its cached output is ${planned.reason}; it is computed again`,
      });
    }
    const started = performance.now();
    outputs.set(stage.id, await computeStage(planned, { outputs, keys }, options, signal));
    onEvent({ kind: "finished", stage, seconds: (performance.now() - started) / 1000 });
  }
  return outputs;
}

async function computeStage(
  planned: PlannedStage,
  { outputs, keys }: {
    readonly outputs: ReadonlyMap<string, StageOutput>;
    readonly keys: ReadonlyMap<Stage, string>;
  },
  options: RunOptions,
  signal: AbortSignal,
): Promise<StageOutput> {
  const { stage, key, place, ingredients } = planned;
  const { onEvent = () => {}, force = () => false } = options;
  const notice = (text: string) => onEvent({ kind: "notice", stage, text });
  const lock = await takeLock(place.lock, {
    signal,
    onWait: (holder) => notice(`process ${holder ?? "?"} is computing it; waiting`),
  });
  try {
    if (lock.abandonedBy !== undefined) {
      notice(`process ${lock.abandonedBy} was ended while computing it; taking over`);
    }
    await sweepPartial(place.output);
    const before = await readStage(place, key);
    const again = force(stage) || planned.reason === "a stage before it is computed again";
    if (before.state === "sound" && !again) return outputOf(stage, place, before.manifest);
    if (again) await place.checkpoints.clear();

    const writer = await openFolderWriter(place.output);
    let manifest: Manifest;
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
        progress(done, total, unit) {
          onEvent({ kind: "progress", stage, done, total, unit });
          if (signal.aborted) throw new Stopped(`Stopped in ${stage.id}`);
        },
        notice,
        saveCheckpoint: (step, files, state = null) =>
          place.checkpoints.save(step, files, { state, seconds: seconds() }),
        async loadLatestCheckpoint() {
          const latest = await place.checkpoints.latest(notice);
          if (latest !== undefined) spent = latest.seconds;
          return latest;
        },
        signal,
        cacheFolder: options.cacheFolder,
      };
      await stage.run(context);
      const origin = await options.origin();
      manifest = await writer.seal(metaJson({ key, seconds: seconds(), origin, ingredients }));
    } catch (error) {
      await writer.discard();
      throw error;
    }
    await place.checkpoints.clear();
    return outputOf(stage, place, manifest);
  } finally {
    lock.release();
  }
}
