/** What a user asks of Slurm. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../lib/engine/errors.ts";
import { wholeNumber } from "../setting/command_line.ts";

/** The options, for the table of a command line. */
export const SLURM_OPTIONS = {
  partition: "value",
  time: "value",
  mem: "value",
  account: "value",
  "gpus-per-task": "value",
  "max-jobs": "value",
  sbatch: "value",
  setup: "value",
  wait: "flag",
} as const;

/** Their help. */
export const SLURM_HELP = `  --partition P, --account A, --time T, --mem M, --gpus-per-task G
                               with --executor slurm: what each stage's job asks for, as sbatch has it; --threads T are
                               its cores
  --max-jobs P                 at most P jobs of an array at a time
  --sbatch "…"                 further options of sbatch, e.g. --sbatch "--qos=long --constraint=a100"
  --setup FILE                 lines of shell that each job runs first, e.g. "module load cuda"
  --wait                       stay until all jobs have ended and collect; without it the ids come back at once, and the
                               same command attaches later`;

/** Settings of the jobs of one submission. */
export interface SlurmSettings {
  readonly partition?: string;
  readonly time?: string;
  readonly mem?: string;
  readonly account?: string;
  readonly gpusPerTask?: number;
  readonly maxJobs?: number;
  readonly threads?: number;
  /** Further options of sbatch, as they are. */
  readonly sbatch?: string;
  /** Lines of shell. */
  readonly setup?: string;
}

/** Reads the settings. @throws UserError when one cannot be */
export function slurmSettings(values: ReadonlyMap<string, string>): SlurmSettings {
  const text = (name: string) => {
    const value = values.get(name);
    // Each stands on a line of its own in the script's head.
    if (value?.includes("\n")) throw new UserError(`--${name} expects one line, got several`);
    return value === undefined ? {} : { [name]: value };
  };
  const number = (name: string, field: string, high: number) => {
    const value = values.get(name);
    return value === undefined ? {} : { [field]: wholeNumber(`--${name}`, value, { low: 1, high }) };
  };
  const setup = values.get("setup");
  return {
    ...text("partition"),
    ...text("time"),
    ...text("mem"),
    ...text("account"),
    ...text("sbatch"),
    ...number("gpus-per-task", "gpusPerTask", 64),
    ...number("max-jobs", "maxJobs", 100_000),
    ...number("threads", "threads", 1024),
    ...(setup === undefined ? {} : { setup: setupLines(setup) }),
  };
}

function setupLines(path: string): string {
  try {
    return readFileSync(resolve(path), "utf8");
  } catch {
    throw new UserError(`--setup expects a file of shell lines, got ${path}, which cannot be read`);
  }
}
