/** Has the jobs of a cluster compute a plan: submits it, or attaches to the submission of it that is under way. */
import type { PlannedStage } from "../runner/mod.ts";
import { attach } from "./attach.ts";
import { UNSUBMITTED } from "./submission.ts";
import { resubmit, runningSubmission, submit, type SubmitRequest, submittedText } from "./submit.ts";

/** Who hears of the jobs. */
export interface JobsConsole {
  err(line: string): void;
  /** Abort it to stop watching; the jobs go on. */
  readonly signal: AbortSignal;
}

/**
 * Has the jobs of a cluster compute what a plan lacks: attaches to a submission of it that is under way, else submits. False when it was
 * submitted and nobody waits.
 */
export async function computedByJobs(
  plan: readonly PlannedStage[],
  request: SubmitRequest,
  { console, wait }: { readonly console: JobsConsole; readonly wait: boolean },
): Promise<boolean> {
  const { cacheFolder } = request;
  const missing = plan.filter(({ action }) => action === "run");
  if (missing.length === 0) return true;
  let submission = await runningSubmission(plan, request);
  if (submission !== undefined) {
    console.err(`Attached to ${submission.id}`);
    // Whoever submitted may have been ended between two arrays.
    if (Object.values(submission.tasks).some(({ task }) => task === UNSUBMITTED.task)) {
      submission = await resubmit(submission, cacheFolder) ?? submission;
    }
  } else {
    submission = await submit(plan, request);
    console.err(submittedText(submission, missing.length));
    const { id } = submission;
    if (!wait) {
      console.err(`The same command attaches and collects; deno task jobs status ${id} tells how far it is`);
      return false;
    }
  }
  await attach(submission, { cacheFolder, write: console.err, signal: console.signal });
  return true;
}
