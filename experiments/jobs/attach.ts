/** Watches a submission until none of its jobs is left. */
import { StagesFailed } from "../runner/mod.ts";
import { type StageState, statesOf, type Submission } from "./submission.ts";

/** How to watch. */
export interface AttachOptions {
  readonly cacheFolder: string;
  readonly write: (line: string) => void;
  /** Abort it to stop watching; the jobs go on. */
  readonly signal: AbortSignal;
  readonly pollMilliseconds?: number;
}

/** How often the end of all jobs must be seen: what one node has written may be late on another. */
const SURE = 2;

/** Counts of the states, e.g. "3 done, 2 running". */
export function countsText(states: readonly StageState[]): string {
  const counts = new Map<string, number>();
  for (const { state } of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

/**
 * Tells what changes until no job waits or runs.
 *
 * @throws StagesFailed when stages are missing then, the signal's reason when it is aborted
 */
export async function attach(submission: Submission, options: AttachOptions): Promise<void> {
  const { cacheFolder, write, signal, pollMilliseconds = 2000 } = options;
  const told = new Map<string, string>();
  for (let seen = 0; seen < SURE;) {
    const states = await statesOf(submission, cacheFolder);
    for (const { id, state, text, task } of states) {
      // Why a job waits changes often and says little.
      const now = state === "waiting" ? "" : `${state}${text === "" ? "" : `: ${text}`}`;
      if (now !== "" && told.get(id) !== now) {
        write(`  ${id}: ${now}${state === "running" ? `, job ${task.task}` : ""}`);
      }
      told.set(id, now);
    }
    const open = states.some(({ state }) => ["waiting", "running", "unknown"].includes(state));
    seen = open ? 0 : seen + 1;
    if (!open && states.every(({ state }) => state === "done")) return;
    if (seen === SURE) {
      const failed = states.filter(({ state }) => ["failed", "cancelled"].includes(state));
      const left = states.filter(({ state }) => state === "left out").map(({ id }) => id);
      throw new StagesFailed(failed.map(({ id, text, task }) => ({ id, cause: text, log: task.log })), left);
    }
    signal.throwIfAborted();
    await new Promise((done) => setTimeout(done, pollMilliseconds));
    signal.throwIfAborted();
  }
}
