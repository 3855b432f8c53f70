/** A command that computes in its own process, or hands all of it to a cluster as jobs. */
import { resolve } from "node:path";
import { UserError } from "../../lib/engine/errors.ts";
import { checkWritable } from "../../lib/hub/mod.ts";
import {
  currentOrigin,
  planStages,
  progressDisplay,
  runStages,
  type StageOutput,
  StagesFailed,
} from "../runner/mod.ts";
import { computedByJobs, type JobsConsole } from "./computed_by_jobs.ts";
import { executorOf } from "./executor_options.ts";
import type { Options } from "./run_config.ts";
import { SLURM_HELP, SLURM_OPTIONS, slurmSettings } from "./slurm_options.ts";
import { graphText, scriptsFor } from "./submit.ts";
import { STAGE_ENTRY, type Workload, type WorkloadRequest } from "./workload.ts";

/** The options, for the table of such a command's line. */
export const JOB_OPTIONS = {
  executor: "value",
  threads: "value",
  ...SLURM_OPTIONS,
  cache: "value",
  config: "value",
  "dry-run": "flag",
} as const;

/** Their help, without that of `--threads`. */
export const JOB_HELP =
  `  --executor local|slurm       compute in this process (default), or as a job of a Slurm cluster
${SLURM_HELP}
  --cache DIR                  with --executor slurm: what all nodes share (default .cache)
  --dry-run                    with --executor slurm: print the job's script
  --config FILE                options by name from a JSON file, e.g. {"executor": "slurm", "partition": "gpu"}; those of the
                               command line go before`;

/**
 * Whether the command is to be computed by jobs.
 *
 * @param own options that the command takes of jobs alone
 * @throws UserError when an option of jobs is given without them
 */
export function byJobs({ values, flags }: Options, own: readonly string[] = []): boolean {
  if (executorOf(values, flags) === "slurm") return true;
  const other = ["cache", "dry-run", ...own].find((name) => values.has(name) || flags.has(name));
  if (other === undefined) return false;
  throw new UserError(`--${other} expects --executor slurm, got --executor local`);
}

/** A command's work, and how it was asked for. */
export interface JobCommand<Request extends WorkloadRequest> {
  readonly workload: Workload;
  /** Id of the workload in the list of `entry`. */
  readonly id: string;
  /** What the submission's id begins with. */
  readonly name: string;
  readonly request: Request;
  readonly options: Options;
  readonly console: JobsConsole & { out(text: string): void };
  readonly cacheFolder: string;
  /** Program that computes stages; default that of all commands. */
  readonly entry?: string | undefined;
}

/** The cache that options name. */
export const cacheOf = ({ values }: Options, usual: string): string => resolve(values.get("cache") ?? usual);

/**
 * Outputs of the stages, computed by jobs; undefined where they were submitted and nobody waits, or a plan is all that was asked for.
 *
 * @throws StagesFailed when stages are missing at the end, SlurmError when Slurm is not there or refuses
 */
export async function outputsOfJobs<Request extends WorkloadRequest>(
  command: JobCommand<Request>,
): Promise<ReadonlyMap<string, StageOutput> | undefined> {
  const { workload, id, name, request, options: { values, flags }, console, cacheFolder } = command;
  const targets = workload.targets(request);
  const submission = {
    ...{ workload: id, name, request, cacheFolder },
    entry: command.entry ?? STAGE_ENTRY,
    settings: slurmSettings(values),
  };
  const plan = await planStages(targets, { cacheFolder });
  if (flags.has("dry-run")) {
    console.out(
      [graphText(plan) || "Its output is in the cache\n", ...scriptsFor(plan, submission)].join("\n"),
    );
    return undefined;
  }
  await checkWritable(cacheFolder);
  if (!await computedByJobs(plan, submission, { console, wait: flags.has("wait") })) return undefined;
  const display = progressDisplay({ write: console.err, terminal: false });
  try {
    return await runStages(targets, {
      cacheFolder,
      signal: console.signal,
      onEvent: display.show,
      before: () => workload.prepare(request),
      origin: () => currentOrigin(request.device),
    });
  } finally {
    display.close();
  }
}

/** Exit code of a command of jobs: 1, and what failed on the error stream, where stages did. */
export async function jobExitCode(console: JobsConsole, run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    if (!(error instanceof StagesFailed)) throw error;
    console.err(error.message);
    return 1;
  }
}

/** Where a stage was computed, in words, e.g. "by job 12_0 on n1, requeued 2 times". */
export function computedWhere({ origin: { job, host, requeues = 0 } }: StageOutput): string {
  if (job === undefined) return "in this process";
  return `by job ${job} on ${host}${
    requeues === 0 ? "" : `, requeued ${requeues} time${requeues === 1 ? "" : "s"}`
  }`;
}
