/** Submissions: what was handed to Slurm, in a folder of the cache, so that any process can tell how far it is and go on. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite, ownJson } from "../../lib/hub/mod.ts";
import { suggestion } from "../setting/command_line.ts";
import { stageFolder } from "../runner/mod.ts";
import { type PlanFile, readPlan } from "./plan_file.ts";
import { type ActiveTask, activeTasks, causeOf, endedTasks, SlurmError } from "./slurm.ts";
import type { SlurmSettings } from "./slurm_options.ts";
import type { WorkloadRequest } from "./workload.ts";

/** The job of a stage. */
export interface StageTask {
  /** Slurm's name of the task, "12_3"; "" before it is submitted. */
  readonly task: string;
  /** Path of its log. */
  readonly log: string;
}

/** A stage's job before it is submitted. */
export const UNSUBMITTED: StageTask = { task: "", log: "" };

/** A submission as it is recorded. */
export interface Submission {
  readonly id: string;
  readonly workload: string;
  /** When it was made, ISO 8601. */
  readonly submittedAt: string;
  /** Program that runs a stage, from the root of the code. */
  readonly entry: string;
  readonly settings: SlurmSettings;
  /** By stage: those of other submissions that compute the same key are among them. */
  readonly tasks: Readonly<Record<string, StageTask>>;
  /** Stages that each stage needs. */
  readonly parents: Readonly<Record<string, readonly string[]>>;
  /** Its jobs, all tries. */
  readonly jobs: readonly string[];
}

/** What a job says of its stage when it ends without the result. */
export interface StageEnd {
  readonly state: "failed" | "left out" | "cancelled";
  readonly cause: string;
}

/** Folder of a submission. */
export const submissionFolder = (id: string, cacheFolder: string): string =>
  join(cacheFolder, "submissions", id);

/** Path of what a job says of its stage. */
export const endPath = (folder: string, stage: string): string => join(folder, "ends", `${stage}.json`);

/** Path of the sign that a submission was cancelled. */
export const cancelledPath = (folder: string): string => join(folder, "cancelled");

export const writeSubmission = (submission: Submission, cacheFolder: string): Promise<void> =>
  atomicWrite(
    join(submissionFolder(submission.id, cacheFolder), "submission.json"),
    `${JSON.stringify(submission, null, 2)}\n`,
  );

/** All submissions of a cache, oldest first. */
export function submissionsIn(cacheFolder: string): Submission[] {
  const folder = join(cacheFolder, "submissions");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((id) => {
    // None where it is being made, or was given up before anything was submitted.
    return ownJson<Submission>(join(folder, id, "submission.json")) ?? [];
  }).sort((a, b) => (a.submittedAt < b.submittedAt ? -1 : 1));
}

/** A submission by its id. @throws UserError with the nearest one where there is none */
export function submissionOf(id: string, cacheFolder: string): Submission {
  const all = submissionsIn(cacheFolder);
  const found = all.find((each) => each.id === id);
  if (found !== undefined) return found;
  throw new UserError(
    `jobs expects a submission in ${cacheFolder}, got "${id}"${suggestion(id, all.map((each) => each.id))}`,
  );
}

/** Path of the sign that a submission's result was taken. */
const collectedPath = (folder: string): string => join(folder, "collected");

/** Says that a submission's result was taken. */
export const markCollected = (id: string, cacheFolder: string): Promise<void> =>
  atomicWrite(collectedPath(submissionFolder(id, cacheFolder)), "");

/** What was asked of a workload in submissions whose results nobody has taken, oldest first. */
export function uncollected<Request extends WorkloadRequest>(
  workload: string,
  cacheFolder: string,
): { readonly id: string; readonly request: Request }[] {
  return submissionsIn(cacheFolder)
    .filter((each) =>
      each.workload === workload && !existsSync(collectedPath(submissionFolder(each.id, cacheFolder)))
    )
    .map((each) => ({ id: each.id, request: planOf(each, cacheFolder).request as Request }));
}

export const planOf = ({ id }: Submission, cacheFolder: string): PlanFile =>
  readPlan(join(submissionFolder(id, cacheFolder), "plan.json"));

/** How far a stage is. */
export interface StageState {
  readonly id: string;
  readonly state: "done" | "waiting" | "running" | "failed" | "left out" | "cancelled" | "unknown";
  /** Why it waits or failed, where it runs. */
  readonly text: string;
  readonly task: StageTask;
}

/** Whether a stage's output is there, as far as its manifest shows. */
export const isDone = (stage: string, { planned, cacheFolder }: PlanFile): boolean => {
  const key = planned[stage]?.key;
  return key !== undefined && existsSync(join(stageFolder(stage, key, cacheFolder), "manifest.json"));
};

function activeState({ state, node, reason }: ActiveTask): Pick<StageState, "state" | "text"> {
  if (state === "PENDING") return { state: "waiting", text: reason };
  return { state: "running", text: `on ${node}${state === "RUNNING" ? "" : `, ${state.toLowerCase()}`}` };
}

/**
 * How far each stage of a submission is: what is in the cache, what Slurm has, what the jobs have said, how Slurm says they ended. While
 * the controller does not answer, a stage whose job has said nothing is "unknown".
 */
export async function statesOf(submission: Submission, cacheFolder: string): Promise<StageState[]> {
  const plan = planOf(submission, cacheFolder);
  const folder = submissionFolder(submission.id, cacheFolder);
  let active: ReadonlyMap<string, ActiveTask> | undefined;
  let silence = "";
  try {
    active = await activeTasks();
  } catch (error) {
    if (!(error instanceof SlurmError)) throw error;
    silence = error.message;
  }
  const states = new Map<string, Pick<StageState, "state" | "text">>();
  const silent: string[] = [];
  for (const [id, { task }] of Object.entries(submission.tasks)) {
    const now = active?.get(task);
    const end = ownJson<StageEnd>(endPath(folder, id));
    if (isDone(id, plan)) states.set(id, { state: "done", text: "" });
    else if (now !== undefined) states.set(id, activeState(now));
    else if (task === UNSUBMITTED.task) {
      states.set(id, { state: "left out", text: "whoever submitted was ended before its turn" });
    } else if (end !== undefined) states.set(id, { state: end.state, text: end.cause });
    else if (active === undefined) states.set(id, { state: "unknown", text: silence });
    else silent.push(id);
  }
  const jobs = new Set(silent.map((id) => submission.tasks[id]?.task.split("_")[0] as string));
  const ended = await endedTasks([...jobs]);
  for (const id of silent) {
    const { task } = submission.tasks[id] as StageTask;
    // Between the question for what is active and this one it may have finished.
    if (isDone(id, plan)) {
      states.set(id, { state: "done", text: "" });
      continue;
    }
    const known = ended.get(task);
    if (
      known !== undefined &&
      /^(PENDING|RUNNING|COMPLETING|REQUEUED|RESIZING|SUSPENDED|CONFIGURING)/.test(known.state)
    ) {
      states.set(id, { state: "waiting", text: known.state.toLowerCase() });
      continue;
    }
    const end: StageEnd = known === undefined
      ? { state: "failed", cause: "its job is gone, and Slurm does not say how it ended" }
      : { state: known.state === "CANCELLED" ? "cancelled" : "failed", cause: causeOf(known, cacheFolder) };
    // Slurm forgets; the submission does not, unless the disk is full.
    if (known !== undefined) await atomicWrite(endPath(folder, id), JSON.stringify(end)).catch(() => {});
    states.set(id, { state: end.state, text: end.cause });
  }
  return Object.entries(submission.tasks).map(([id, task]) => ({
    id,
    task,
    ...states.get(id) as Pick<StageState, "state" | "text">,
  }));
}
