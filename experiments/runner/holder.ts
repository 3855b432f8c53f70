/** Who computes a stage: a process named so that others, also on other machines, can tell whether it has ended. */
import { hostname } from "node:os";
import process from "node:process";
import { type NamedProcess, processEnded, processName, processRuns, thisProcess } from "../../lib/hub/mod.ts";

/** A process that holds a lock, as its record tells. */
export interface Holder extends NamedProcess {
  /** Name of the machine, under Slurm of the node. */
  readonly host: string;
  /** Slurm's name of the job, e.g. "17_3"; absent outside of one. */
  readonly job?: string;
  /** How often that job was requeued. */
  readonly requeues?: number;
  /** Differs between any two holds. */
  readonly token: string;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
  /** Whether it also holds the kernel's lock, see `takeLock()`. */
  readonly kernel: boolean;
}

/** What is known of a holder. */
export type Fate = "alive" | "ended" | "unknown";

/** Slurm's name of the job this process runs in, and how often it was requeued. */
export function jobHere(env: NodeJS.ProcessEnv = process.env): { job?: string; requeues?: number } {
  const { SLURM_JOB_ID, SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID, SLURM_RESTART_COUNT } = env;
  if (SLURM_JOB_ID === undefined) return {};
  return {
    job: SLURM_ARRAY_JOB_ID === undefined ? SLURM_JOB_ID : `${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}`,
    requeues: Number(SLURM_RESTART_COUNT ?? 0),
  };
}

/** Name of this machine; under Slurm that of the node, since nodes may share a host name. */
export const hostHere = (): string => process.env["SLURMD_NODENAME"] ?? hostname();

/** This process as a holder. */
export function holderHere(token: string, kernel: boolean): Holder {
  return {
    host: hostHere(),
    ...thisProcess(),
    ...jobHere(),
    token,
    since: new Date().toISOString(),
    kernel,
  };
}

/** What can be told of a holder from here. A requeued job knows that what it was before has ended. */
export function fateOf(holder: Holder): Fate {
  if (holder.machine === thisProcess().machine) {
    return processRuns(holder.pid, holder.started) ? "alive" : "ended";
  }
  const { job, requeues = 0 } = jobHere();
  return job !== undefined && holder.job === job && (holder.requeues ?? 0) < requeues ? "ended" : "unknown";
}

/** A holder in names of unfinished folders. */
export const ownerName = (holder: Holder): string => `${processName(holder)}-${holder.token}`;

/** Whether the owner of an unfinished folder is known to have ended; `token` is that of a holder of which it is known. */
export function ownerEnded(owner: string, token?: string): boolean {
  const own = owner.split("-")[3];
  return own !== undefined && (own === token || processEnded(owner));
}

/** "process 17 on n2 (job 4_2)", for people. */
export function holderText(holder: Holder | undefined): string {
  if (holder === undefined) return "another process";
  const { pid, host, job } = holder;
  return `process ${pid} on ${host}${job === undefined ? "" : ` (job ${job})`}`;
}
