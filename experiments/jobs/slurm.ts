/** Slurm's own commands, and what they answer. Nothing here keeps a state: Slurm and the files of the jobs do. */
import { UserError } from "../../lib/engine/errors.ts";
import { numbersIn } from "./core_sets.ts";

/** Slurm's controller does not answer, or refuses to. */
export class SlurmError extends UserError {}

/** Slurm writes the same mistake on several lines, each with the name of the program. */
const sentenceOf = (text: string): string =>
  text.trim().split("\n").map((line) => line.replace(/^\w+: (error: )?/, "").replace(/\.$/, ""))
    .filter((line, i, all) => line !== "" && all.indexOf(line) === i).join("; ");

/** Runs one of Slurm's commands. @throws SlurmError when it is not there or fails */
async function slurm(action: string, program: string, args: readonly string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new SlurmError(
      `${action} needs Slurm's ${program} on PATH, found none: run this where jobs are submitted from`,
    );
  }
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  throw new SlurmError(
    `${action} failed: ${sentenceOf(decoder.decode(output.stderr)) || `${program} says nothing`}`,
  );
}

/** Submits a script; Slurm's number of the job. @throws SlurmError when it is refused */
export async function submitJob(script: string): Promise<string> {
  const answer = await slurm("Submitting to Slurm", "sbatch", ["--parsable", script]);
  return answer.trim().split(";")[0] as string;
}

/** A job, or task of an array, that Slurm has not done with. */
export interface ActiveTask {
  /** E.g. "RUNNING". */
  readonly state: string;
  readonly node: string;
  /** Why it waits. */
  readonly reason: string;
}

/** The user's tasks that wait or run, by name ("12_3"). @throws SlurmError when the controller does not answer */
export async function activeTasks(): Promise<ReadonlyMap<string, ActiveTask>> {
  const text = await slurm("Asking Slurm", "squeue", ["-h", "-r", "-a", "--me", "-o", "%i|%T|%N|%r"]);
  return new Map(
    text.trim().split("\n").filter((line) => line !== "").map((line) => {
      const [task = "", state = "", node = "", reason = ""] = line.split("|");
      return [task, { state, node, reason }];
    }),
  );
}

/** How a task ended. */
export interface EndedTask {
  /** E.g. "TIMEOUT". */
  readonly state: string;
  /** Exit code and signal, "0:9". */
  readonly exit: string;
  readonly node: string;
}

/** Names of the tasks that one record stands for: those of an array that never ran have one together, "45_[0-2,7%4]" or "0-2". */
export function tasksNamed(array: string, indices: string): string[] {
  const list = indices.replace(/[[\]]|%\d+/g, "");
  return /^[\d,-]+$/.test(list) ? numbersIn(list).map((index) => `${array}_${index}`) : [];
}

/** Lines of `sacct -P` as tasks. */
export function accountedTasks(text: string): Map<string, EndedTask> {
  return new Map(
    text.trim().split("\n").filter((line) => line.includes("|")).flatMap((line) => {
      const [name = "", state = "", exit = "", node = ""] = line.split("|");
      const [array = "", indices] = name.split("_");
      const end = { state: state.split(" ")[0] as string, exit, node };
      return (indices === undefined ? [name] : tasksNamed(array, indices)).map((task) =>
        [task, end] as const
      );
    }),
  );
}

/** Lines of `scontrol show job -o` as tasks. */
export function shownTasks(text: string): Map<string, EndedTask> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? "";
      const [array, index] = [field("ArrayJobId"), field("ArrayTaskId")];
      const tasks = array === "" ? [field("JobId")] : tasksNamed(array, index);
      const [state, exit, node] = [field("JobState"), field("ExitCode"), field("NodeList")];
      return tasks.filter((task) => task !== "").map((task) => [task, { state, exit, node }] as const);
    }),
  );
}

/** How tasks of jobs ended, by name, as far as Slurm still knows: its database where there is one, else the controller's memory of some minutes. */
export async function endedTasks(jobs: readonly string[]): Promise<ReadonlyMap<string, EndedTask>> {
  if (jobs.length === 0) return new Map();
  try {
    const fields = "JobID,State,ExitCode,NodeList";
    return accountedTasks(
      await slurm("Asking Slurm", "sacct", ["-n", "-X", "-P", "-j", jobs.join(","), "-o", fields]),
    );
  } catch {
    // no database
  }
  const all = new Map<string, EndedTask>();
  for (const job of jobs) {
    const text = await slurm("Asking Slurm", "scontrol", ["show", "job", "-o", job]).catch(() => "");
    for (const [task, end] of shownTasks(text)) all.set(task, end);
  }
  return all;
}

/** Exit code of a script that does not find the submission's folder. */
export const NOT_SHARED = 66;
/** Exit code of a job that could not even write why it failed. */
export const UNWRITTEN = 74;

/** Why a task that left no word of its own did not compute its stage. `folder` is the cache's. */
export function causeOf({ state, exit, node }: EndedTask, folder: string): string {
  const on = node === "" || node === "(null)" ? "" : ` on ${node}`;
  const [code = "", signal = ""] = exit.split(":");
  if (Number(code) === NOT_SHARED || signal === "53") {
    return `the node${on} does not see ${folder}: --cache needs a folder that all nodes share`;
  }
  if (Number(code) === UNWRITTEN) return `it could not write into ${folder}${on}: the disk may be full`;
  switch (state) {
    case "TIMEOUT":
      return `its time limit was reached${on} (TIMEOUT): --time allows more`;
    case "OUT_OF_MEMORY":
      return `it needed more memory than it was given${on} (OUT_OF_MEMORY): --mem allows more`;
    case "NODE_FAIL":
      return `its node failed${on} (NODE_FAIL)`;
    case "PREEMPTED":
      return `another job took its place${on} (PREEMPTED)`;
    case "CANCELLED":
      return `it was cancelled${on} (CANCELLED)`;
  }
  if (signal !== "0" && signal !== "") return `its process was ended by signal ${signal}${on} (${state})`;
  return code === "0" || code === ""
    ? `it ended${on} as ${state} without its result`
    : `its process ended with code ${code}${on} (${state})`;
}

/** Cancels jobs; those that have ended are no mistake. */
export async function cancelJobs(jobs: readonly string[]): Promise<void> {
  if (jobs.length > 0) await slurm("Cancelling jobs", "scancel", ["--quiet", ...jobs]);
}

/** Puts a running task back into the queue. */
export async function requeueTask(task: string): Promise<void> {
  await slurm("Requeueing a job", "scontrol", ["requeue", task]);
}

/** State of one task, as the controller has it. */
export async function stateOf(task: string): Promise<string | undefined> {
  return shownTasks(await slurm("Asking Slurm", "scontrol", ["show", "job", "-o", task])).get(task)?.state;
}
