/** Brings stages up to date: one after another in this process, or several at a time wherever an executor computes them. */
import { performance } from "node:perf_hooks";
import { type ComputeOptions, computeStage } from "./compute_stage.ts";
import { type PlannedStage, planStages } from "./plan_stages.ts";
import { outputOf, readStage } from "./stage_store.ts";
import { type Stage, type StageOutput, Stopped } from "./stage.ts";

/** Computes stages of a plan somewhere else. */
export interface Executor {
  /** How many at a time. */
  readonly slots: number;
  /** Computes a stage whose parents are all there. @throws what made it fail; Stopped when it was asked to stop */
  run(planned: PlannedStage): Promise<void>;
  /** Where the stage's log is. */
  logOf(planned: PlannedStage): string;
  close(): Promise<void>;
}

/** How to run stages. */
export interface RunOptions extends ComputeOptions {
  /** Stages to compute even when cached. */
  readonly force?: (stage: Stage) => boolean;
  /** Called before each stage that this process computes, e.g. to check the device. */
  readonly before?: () => Promise<void>;
  /** Opens what computes the stages that must run; default this process, one after another, up to the first that fails. */
  readonly executor?: (plan: readonly PlannedStage[]) => Promise<Executor>;
}

/** A stage that failed. */
export interface Failure {
  readonly id: string;
  readonly cause: string;
  /** Path of its log, where there is one. */
  readonly log?: string;
}

/** Some stages failed; all that could be computed without them is there. */
export class StagesFailed extends Error {
  override readonly name = "StagesFailed";
  constructor(readonly failures: readonly Failure[], readonly notRun: readonly string[]) {
    const rest = notRun.length === 0
      ? "; all others are done"
      : `; ${notRun.length} that ${failures.length === 1 ? "needs it" : "need them"} not run (${
        notRun.join(", ")
      }), all others are done`;
    super(
      failures.length === 0
        ? `${notRun.length} stage${notRun.length === 1 ? " was" : "s were"} not run: ${notRun.join(", ")}`
        : `${failures.length} stage${failures.length === 1 ? "" : "s"} failed${rest}\n${
          failures.map(({ id, cause, log }) => `  ${id}: ${cause}${log === undefined ? "" : ` (log ${log})`}`)
            .join("\n")
        }`,
    );
  }
}

/**
 * Brings the outputs of `targets` up to date and returns those of all stages that are there, by id.
 *
 * @throws Stopped when the signal was aborted, StagesFailed when stages failed that an executor computed
 */
export async function runStages(
  targets: readonly Stage[],
  options: RunOptions,
): Promise<ReadonlyMap<string, StageOutput>> {
  const { onEvent = () => {}, signal } = options;
  const plan = await planStages(targets, options);
  const outputs = new Map<string, StageOutput>();
  for (const { stage, place, manifest } of plan) {
    if (manifest === undefined) continue;
    onEvent({ kind: "cached", stage });
    outputs.set(stage.id, outputOf(stage, place, manifest));
  }
  const missing = plan.filter(({ action }) => action === "run");
  if (missing.length === 0) return outputs;
  const keys = new Map(plan.map(({ stage, key }) => [stage, key]));
  const executor = await options.executor?.(plan);
  const compute = async (planned: PlannedStage): Promise<StageOutput> => {
    const { stage, key, place } = planned;
    if (executor === undefined) {
      await options.before?.();
      return await computeStage(planned, { outputs, keys }, options);
    }
    await executor.run(planned);
    const sealed = await readStage(place, key);
    if (sealed.state === "sound") return outputOf(stage, place, sealed.manifest);
    throw new Error(
      `its output is ${sealed.state === "missing" ? "not there" : sealed.problem} although it was computed`,
    );
  };
  try {
    await inTurn(missing, {
      slots: executor?.slots ?? 1,
      ...(signal && { signal }),
      async run(planned) {
        const { stage, reason, damage } = planned;
        onEvent({ kind: "started", stage, reason });
        if (damage !== undefined) {
          onEvent({
            kind: "notice",
            stage,
            text: `its cached output is corrupted: ${damage}; it is computed again`,
          });
        }
        const started = performance.now();
        outputs.set(stage.id, await compute(planned));
        onEvent({ kind: "finished", stage, seconds: (performance.now() - started) / 1000 });
      },
      onFailure({ stage }, error) {
        if (executor === undefined) throw error;
        onEvent({ kind: "failed", stage, text: messageOf(error) });
      },
      ...(executor && { logOf: executor.logOf }),
    });
  } finally {
    await executor?.close();
  }
  return outputs;
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] as string;

/** Runs stages whose parents are done, some at a time, in the plan's order. What fails leaves out what needs it. */
async function inTurn(missing: readonly PlannedStage[], options: {
  readonly slots: number;
  readonly signal?: AbortSignal;
  readonly run: (planned: PlannedStage) => Promise<void>;
  /** May throw to end everything. */
  readonly onFailure: (planned: PlannedStage, error: unknown) => void;
  readonly logOf?: (planned: PlannedStage) => string;
}): Promise<void> {
  const { slots, signal, run, onFailure, logOf } = options;
  const left = new Set(missing);
  const open = new Set(missing.map(({ stage }) => stage));
  const lost = new Set<Stage>();
  const failures: Failure[] = [];
  const running = new Set<Promise<void>>();
  let end: { readonly error: unknown } | undefined;
  const start = (planned: PlannedStage) => {
    left.delete(planned);
    const { stage } = planned;
    const work: Promise<void> = run(planned).then(() => void open.delete(stage), (error) => {
      if (error instanceof Stopped || signal?.aborted) return void (end ??= { error });
      try {
        onFailure(planned, error);
        const log = logOf?.(planned);
        failures.push({ id: stage.id, cause: messageOf(error), ...(log !== undefined && { log }) });
        lost.add(stage);
      } catch (fatal) {
        end ??= { error: fatal };
      }
    }).finally(() => running.delete(work));
    running.add(work);
  };
  for (;;) {
    if (signal?.aborted) end ??= { error: new Stopped("Stopped between two stages") };
    for (const planned of end === undefined ? left : []) {
      if (running.size >= slots) break;
      const { stage } = planned;
      if (stage.parents.some((parent) => lost.has(parent))) lost.add(stage);
      else if (!stage.parents.some((parent) => open.has(parent))) start(planned);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (end !== undefined) throw end.error;
  if (failures.length > 0) {
    throw new StagesFailed(failures, [...left].map(({ stage }) => stage.id));
  }
}
