/** A job: one stage of a plan, computed on a node. What happened is told by its output, or by a file that the submission's readers find. */
import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { hostHere, jobHere, ParentsMissing, Stopped } from "../runner/mod.ts";
import { requeueTask, stateOf, UNWRITTEN } from "./slurm.ts";
import {
  EXIT,
  logLine,
  openPlan,
  type PlanRunner,
  runLogged,
  type StageEnd as Ended,
  traceOf,
} from "./stage_process.ts";
import { cancelledPath, endPath, type StageEnd } from "./submission.ts";
import type { WorkloadEntry } from "./workload.ts";

/** How often a job that was told to stop (preempted, at its time limit) puts itself back into the queue. */
const MOST_REQUEUES = 100;

/** Milliseconds between two tries to reach the controller, and how many there are. */
const RETRY_EVERY = 3000;
const TRIES = 10;

/** Asks Slurm until it answers. @throws what it said last */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1;; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, RETRY_EVERY));
    }
  }
}

/** What became of a stage that was told to stop: back in the queue, in Slurm's hands, or the reason why not. */
async function afterStop(folder: string): Promise<StageEnd | "requeued" | "ended by Slurm"> {
  const { job, requeues = 0 } = jobHere();
  if (job === undefined) return { state: "failed", cause: "it was stopped outside of a job" };
  if (existsSync(cancelledPath(folder))) return { state: "cancelled", cause: "it was cancelled" };
  if (requeues >= MOST_REQUEUES) {
    return { state: "failed", cause: `it was stopped and requeued ${requeues} times, which is enough` };
  }
  try {
    // A job that is cancelled, preempted without grace or over its time gets the same signal, and is none that runs any more: Slurm
    // requeues it or keeps the cause.
    if (await patiently(() => stateOf(job)) !== "RUNNING") return "ended by Slurm";
    await patiently(() => requeueTask(job));
    return "requeued";
  } catch (error) {
    return { state: "failed", cause: `it was stopped and could not be requeued: ${traceOf(error)}` };
  }
}

function endOf(ended: Ended & { readonly state: "failed" }): StageEnd {
  const { error } = ended;
  const cause = traceOf(error).split("\n")[0] as string;
  return error instanceof ParentsMissing
    ? { state: "left out", cause: `it needs ${error.parents.join(", ")}` }
    : { state: "failed", cause: `${cause} (on ${hostHere()})` };
}

/** Computes a stage within a job; the exit code. */
export async function jobStage(
  plan: string,
  stage: string,
  workloads: readonly WorkloadEntry[],
): Promise<number> {
  const folder = dirname(plan);
  const abort = new AbortController();
  // Nothing is saved or asked within a handler: the stage saves after its step.
  for (const signal of ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGINT"] as const) {
    process.on(signal, () => {
      logLine(`${signal}: stopping after the current step`);
      abort.abort(new Stopped("Stopped"));
    });
  }
  const { job, requeues = 0 } = jobHere();
  logLine(
    `== ${stage} on ${hostHere()}, job ${job ?? "none"}${requeues > 0 ? `, requeued ${requeues} times` : ""}`,
  );
  rmSync(endPath(folder, stage), { force: true });
  const opened: { runner: PlanRunner } | { error: unknown } = await openPlan(plan, workloads, abort.signal)
    .then((runner) => ({ runner }), (error) => ({ error }));
  const ended: Ended = "error" in opened
    ? { state: "failed", error: opened.error }
    : await runLogged(opened.runner, stage);
  if (ended.state === "done") return EXIT.done;
  const end = ended.state === "failed" ? endOf(ended) : await afterStop(folder);
  if (typeof end === "string") {
    logLine(`saved and ${end}`);
    return EXIT.stopped;
  }
  logLine(end.cause);
  try {
    await atomicWrite(endPath(folder, stage), JSON.stringify(end));
  } catch (error) {
    logLine(traceOf(error));
    return UNWRITTEN;
  }
  return end.state === "failed" ? EXIT.failed : EXIT.stopped;
}
