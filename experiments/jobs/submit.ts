/** Hands stages to Slurm: an array for each level of the stage graph, each after the one before has ended. */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite, makeFolder } from "../../lib/hub/mod.ts";
import { originOfCode, plannedKeys, type PlannedStage } from "../runner/mod.ts";
import { snapshotCode } from "./code_snapshot.ts";
import { jobScript } from "./job_script.ts";
import { writePlan } from "./plan_file.ts";
import { activeTasks, cancelJobs, submitJob } from "./slurm.ts";
import type { SlurmSettings } from "./slurm_options.ts";
import {
  cancelledPath,
  endPath,
  isDone,
  planOf,
  type StageTask,
  statesOf,
  type Submission,
  submissionFolder,
  submissionsIn,
  UNSUBMITTED,
  writeSubmission,
} from "./submission.ts";
import type { WorkloadRequest } from "./workload.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The levels of a graph: each stage after all that it needs. Parents outside of `stages` are there already. */
export function levelsOf(
  stages: readonly string[],
  parents: Readonly<Record<string, readonly string[]>>,
): string[][] {
  const level = new Map<string, number>();
  const levels: string[][] = [];
  // A plan has parents first.
  for (const id of stages) {
    const own = Math.max(-1, ...(parents[id] ?? []).map((parent) => level.get(parent) ?? -1)) + 1;
    level.set(id, own);
    (levels[own] ??= []).push(id);
  }
  return levels;
}

const parentsOf = (plan: readonly PlannedStage[]): Record<string, string[]> =>
  Object.fromEntries(plan.map(({ stage }) => [stage.id, stage.parents.map(({ id }) => id)]));

/** What is to be submitted. */
export interface SubmitRequest {
  /** Id of the workload in the list of `entry`. */
  readonly workload: string;
  /** What the submission's id begins with, for people. */
  readonly name: string;
  readonly request: WorkloadRequest;
  readonly cacheFolder: string;
  /** Program that computes single stages, a path of this checkout. */
  readonly entry: string;
  readonly settings: SlurmSettings;
}

/** The graph of what must run, as text: a line for each stage with those that it needs, level by level. */
export function graphText(plan: readonly PlannedStage[]): string {
  const parents = parentsOf(plan);
  const missing = plan.filter(({ action }) => action === "run").map(({ stage }) => stage.id);
  return levelsOf(missing, parents).map((stages, level) =>
    `Job array ${level + 1}:\n${
      stages.map((id) => {
        const after = parents[id]?.filter((parent) => missing.includes(parent)) ?? [];
        return `  ${id}${after.length === 0 ? "" : ` after ${after.join(", ")}`}\n`;
      }).join("")
    }`
  ).join("");
}

/** The scripts as they would be submitted; jobs that are not there yet are named by their level. */
export function scriptsFor(plan: readonly PlannedStage[], request: SubmitRequest): string[] {
  const missing = plan.filter(({ action }) => action === "run").map(({ stage }) => stage.id);
  return levelsOf(missing, parentsOf(plan)).map((stages, level) =>
    scriptOf(stages, {
      ...request,
      id: `${request.name}-ID`,
      entry: relative(ROOT, request.entry),
      after: level === 0 ? [] : [`JOB_OF_LEVEL_${level}`],
    })
  );
}

function scriptOf(
  stages: readonly string[],
  { id, cacheFolder, entry, settings, after }: Pick<SubmitRequest, "cacheFolder" | "entry" | "settings"> & {
    readonly id: string;
    readonly after: readonly string[];
  },
): string {
  return jobScript({
    name: id,
    folder: submissionFolder(id, cacheFolder),
    cacheFolder,
    stages,
    after,
    entry,
    deno: Deno.execPath(),
    settings,
  });
}

/**
 * Submits levels, one array each, and records each at once: whoever submits may be ended in between. When one is refused, those before it
 * are taken back.
 */
async function submitLevels(
  levels: readonly (readonly string[])[],
  submission: Submission,
  { cacheFolder, after: first }: { readonly cacheFolder: string; readonly after: readonly string[] },
): Promise<Submission> {
  const folder = submissionFolder(submission.id, cacheFolder);
  const open = Object.fromEntries(levels.flat().map((id) => [id, UNSUBMITTED]));
  let whole: Submission = { ...submission, tasks: { ...submission.tasks, ...open } };
  let after = first;
  try {
    await writeSubmission(whole, cacheFolder);
    for (const stages of levels) {
      const script = join(folder, `array-${whole.jobs.length + 1}.sh`);
      await atomicWrite(script, scriptOf(stages, { ...submission, cacheFolder, after }));
      const job = await submitJob(script);
      const tasks = Object.fromEntries(stages.map((id, i): [string, StageTask] => {
        const task = `${job}_${i}`;
        return [id, { task, log: join(folder, "logs", `${task}.log`) }];
      }));
      whole = { ...whole, tasks: { ...whole.tasks, ...tasks }, jobs: [...whole.jobs, job] };
      await writeSubmission(whole, cacheFolder);
      after = [job];
    }
    return whole;
  } catch (error) {
    // What was refused is thrown below, also where Slurm does not answer the taking back.
    await cancelJobs(whole.jobs.slice(submission.jobs.length)).catch(() => {});
    // As it was: when the disk is full, the record of what was submitted and taken back stays.
    await writeSubmission(submission, cacheFolder).catch(() => {});
    throw error;
  }
}

/** Tasks of other submissions that compute keys of this plan just now, by stage. */
async function sharedTasks(
  plan: readonly PlannedStage[],
  cacheFolder: string,
): Promise<Record<string, StageTask>> {
  const active = await activeTasks();
  const shared: Record<string, StageTask> = {};
  for (const other of submissionsIn(cacheFolder)) {
    const { planned } = planOf(other, cacheFolder);
    for (const { stage: { id }, key, action } of plan) {
      const task = other.tasks[id];
      if (action === "run" && planned[id]?.key === key && task && active.has(task.task)) shared[id] = task;
    }
  }
  return shared;
}

/**
 * Submits what a plan must run, with a copy of the code.
 *
 * @throws SlurmError when Slurm is not there or refuses, UserError when the cache cannot be written
 */
export async function submit(plan: readonly PlannedStage[], request: SubmitRequest): Promise<Submission> {
  const { workload, name, cacheFolder, settings } = request;
  if (plan.some(({ again, action }) => again && action === "run")) {
    throw new UserError(
      "--executor slurm expects no --retrain: a requeued job would train from the start each time",
    );
  }
  const shared = await sharedTasks(plan, cacheFolder);
  const id = `${name}-${randomBytes(3).toString("hex")}`;
  const folder = submissionFolder(id, cacheFolder);
  const parents = parentsOf(plan);
  const missing = plan.filter(({ action }) => action === "run").map(({ stage }) => stage.id);
  try {
    await makeFolder(join(folder, "logs"));
    await snapshotCode(join(folder, "code"), { without: cacheFolder });
    await atomicWrite(join(folder, "code", "origin.json"), JSON.stringify(await originOfCode()));
    const planFile = { workload, request: request.request, cacheFolder, planned: plannedKeys(plan) };
    await writePlan(join(folder, "plan.json"), planFile);
    const submission: Submission = {
      id,
      workload,
      submittedAt: new Date().toISOString(),
      entry: relative(ROOT, request.entry),
      settings,
      tasks: shared,
      parents,
      jobs: [],
    };
    const levels = levelsOf(missing.filter((stage) => !(stage in shared)), parents);
    const after = Object.values(shared).map(({ task }) => task);
    return await submitLevels(levels, submission, { cacheFolder, after });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Submits what a submission lacks and what no job of it will compute any more; undefined where that is nothing. */
export async function resubmit(submission: Submission, cacheFolder: string): Promise<Submission | undefined> {
  const folder = submissionFolder(submission.id, cacheFolder);
  const plan = planOf(submission, cacheFolder);
  const states = await statesOf(submission, cacheFolder);
  const silent = states.find(({ state }) => state === "unknown");
  if (silent !== undefined) throw new UserError(`Retrying needs the state of all jobs: ${silent.text}`);
  const lacking = states.filter(({ state }) => ["failed", "left out", "cancelled"].includes(state)).map((
    { id },
  ) => id);
  // What was taken from the cache when it was submitted may be gone.
  const wanted = Object.keys(submission.parents).filter((id) =>
    lacking.includes(id) ||
    (!(id in submission.tasks) && !isDone(id, plan) && neededBy(id, lacking, submission))
  );
  if (wanted.length === 0) return undefined;
  rmSync(cancelledPath(folder), { force: true });
  for (const id of wanted) rmSync(endPath(folder, id), { force: true });
  const active = states.filter(({ state }) => ["waiting", "running"].includes(state)).map(({ task }) =>
    task.task
  );
  return await submitLevels(levelsOf(wanted, submission.parents), submission, { cacheFolder, after: active });
}

/** Whether one of some stages reads a stage directly. */
const neededBy = (id: string, stages: readonly string[], { parents }: Submission): boolean =>
  stages.some((stage) => parents[stage]?.includes(id));

/** The newest submission of this plan's last stages that has jobs in the queue. @throws SlurmError when Slurm does not answer */
export async function runningSubmission(
  plan: readonly PlannedStage[],
  { workload, cacheFolder }: Pick<SubmitRequest, "workload" | "cacheFolder">,
): Promise<Submission | undefined> {
  const candidates = submissionsIn(cacheFolder).filter((each) => each.workload === workload);
  if (candidates.length === 0) return undefined;
  const active = await activeTasks();
  const { stage, key } = plan.at(-1) as PlannedStage;
  return candidates.findLast((each) =>
    planOf(each, cacheFolder).planned[stage.id]?.key === key &&
    Object.values(each.tasks).some(({ task }) => active.has(task))
  );
}

/** What was submitted, in a line. */
export function submittedText({ id, jobs, tasks }: Submission, stages: number): string {
  const own = Object.values(tasks).filter(({ task }) => jobs.includes(task.split("_")[0] as string)).length;
  const shared = stages - own;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  return `Submitted ${id}: ${count(own, "stage")} as ${count(jobs.length, "job array")} (${jobs.join(", ")})${
    shared === 0 ? "" : `, ${shared} shared with other submissions`
  }`;
}
