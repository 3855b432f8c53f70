/** Computes the stages of a plan that must run, one after another, so that a kill at any moment costs time and nothing else. */
import { performance } from "node:perf_hooks";
import { type ComputeOptions, computeStage } from "./compute_stage.ts";
import { planStages } from "./plan_stages.ts";
import { outputOf } from "./stage_store.ts";
import { type Stage, type StageOutput, Stopped } from "./stage.ts";

/** How to run stages. */
export interface RunOptions extends ComputeOptions {
  /** Stages to compute even when cached. */
  readonly force?: (stage: Stage) => boolean;
  /** Called before each stage that must run, e.g. to check the device. */
  readonly before?: () => Promise<void>;
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
    outputs.set(stage.id, await computeStage(planned, { outputs, keys }, options));
    onEvent({ kind: "finished", stage, seconds: (performance.now() - started) / 1000 });
  }
  return outputs;
}
