/** The script of one job array: a task for each stage of a level of the stage graph. */
import { join } from "node:path";
import { NOT_SHARED } from "./slurm.ts";
import type { SlurmSettings } from "./slurm_options.ts";

/** Seconds before its time limit that a job is told to save. */
const NOTICE = 90;

/** One array. */
export interface ScriptRequest {
  readonly name: string;
  /** Folder of the submission. */
  readonly folder: string;
  readonly cacheFolder: string;
  /** Ids of the stages, in the order of the array's indices. */
  readonly stages: readonly string[];
  /** Jobs and tasks of arrays that must have ended, however. */
  readonly after: readonly string[];
  /** Program that runs a stage, from the root of the code. */
  readonly entry: string;
  readonly deno: string;
  readonly settings: SlurmSettings;
}

/** A text as one word of the shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The script. A task becomes deno itself (`exec`), so that signals reach it; it keeps a node-local DENO_DIR, since that of a network file
 * system hangs; and it computes with as many threads as it was given cores, also where Slurm does not bind tasks.
 */
export function jobScript(request: ScriptRequest): string {
  const { name, folder, cacheFolder, stages, after, entry, deno, settings } = request;
  const { partition, account, time, mem, threads, gpusPerTask, maxJobs, sbatch, setup } = settings;
  const option = (text: string, value: unknown) => value === undefined ? [] : [`#SBATCH --${text}${value}`];
  return `${
    [
      "#!/bin/bash",
      `#SBATCH --job-name=${name}`,
      `#SBATCH --array=0-${stages.length - 1}${maxJobs === undefined ? "" : `%${maxJobs}`}`,
      `#SBATCH --output=${join(folder, "logs", "%A_%a.log")}`,
      "#SBATCH --open-mode=append",
      "#SBATCH --requeue",
      // Sent to deno alone; USR1 would open Deno's debugger.
      `#SBATCH --signal=B:USR2@${NOTICE}`,
      "#SBATCH --ntasks=1",
      ...option("dependency=afterany:", after.length === 0 ? undefined : after.join(":")),
      ...option("partition=", partition),
      ...option("account=", account),
      ...option("time=", time),
      ...option("mem=", mem),
      ...option("cpus-per-task=", threads),
      ...option("gpus-per-task=", gpusPerTask),
      ...(sbatch === undefined ? [] : [`#SBATCH ${sbatch}`]),
      "",
      ...(setup === undefined ? [] : [setup.trimEnd(), ""]),
      `stages=(${stages.map(quoted).join(" ")})`,
      `cd ${quoted(join(folder, "code"))} || exit ${NOT_SHARED}`,
      `export IPADAPTER_CACHE=${quoted(cacheFolder)}`,
      'export DENO_DIR="${TMPDIR:-/tmp}/deno-$(id -u)" DENO_NO_UPDATE_CHECK=1 NO_COLOR=1',
      "bind=()",
      "cores=()",
      "for part in $(taskset -cp $$ 2>/dev/null | sed 's/.*: //; s/,/ /g'); do",
      '  for ((core = ${part%-*}; core <= ${part#*-}; core++)); do cores+=("$core"); done',
      "done",
      "threads=${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}",
      "if ((threads < ${#cores[@]})); then",
      "  own=()",
      "  for ((i = 0; i < threads; i++)); do",
      '    own+=("${cores[(SLURM_JOB_ID * threads + i) % ${#cores[@]}]}")',
      "  done",
      '  bind=(taskset -c "$(IFS=,; echo "${own[*]}")")',
      "fi",
      `exec "\${bind[@]}" ${quoted(deno)} run -A --no-check --cached-only --node-modules-dir=manual \\`,
      `  ${quoted(entry)} ${quoted(join(folder, "plan.json"))} "\${stages[$SLURM_ARRAY_TASK_ID]}"`,
    ].join("\n")
  }\n`;
}
