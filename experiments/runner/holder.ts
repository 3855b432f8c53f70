/** Who computes a stage: a process named so that other processes, also on other machines, can tell whether it has ended. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { sha256 } from "../../lib/hub/mod.ts";
import { systemErrorCode } from "../../lib/hub/mod.ts";

/** A process that holds a lock, as its record tells. */
export interface Holder {
  /** Name of the machine, under Slurm of the node. */
  readonly host: string;
  /** The boot of a machine, and the process ids that are seen there: the same text means that `pid` can be looked up. */
  readonly machine: string;
  readonly pid: number;
  /** When the process was started, in the kernel's own count; "" where that is not known. */
  readonly started: string;
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

function textOf(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return "";
  }
}

/** The kernel's count of when a process was started; "" when it has ended, undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The name before the last ")" may hold anything; state is field 3, the start field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? "" : fields[19] ?? "";
}

const boot = textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
const processes = textOf(() => readlinkSync("/proc/self/ns/pid"));
const machine = boot === "" ? hostname() : `${boot} ${processes}`;
const started = startOf(process.pid) ?? "";

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
    machine,
    pid: process.pid,
    started,
    ...jobHere(),
    token,
    since: new Date().toISOString(),
    kernel,
  };
}

/** Whether a process of this machine runs. */
function runs(pid: number, since: string): boolean {
  const now = startOf(pid);
  if (now !== undefined) return now !== "" && (since === "" || now === since);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
}

/** What can be told of a holder from here. A requeued job knows that what it was before has ended. */
export function fateOf(holder: Holder): Fate {
  if (holder.machine === machine) return runs(holder.pid, holder.started) ? "alive" : "ended";
  const { job, requeues = 0 } = jobHere();
  return job !== undefined && holder.job === job && (holder.requeues ?? 0) < requeues ? "ended" : "unknown";
}

const nameOfMachine = (text: string) => sha256(text).slice(0, 8);

/** A holder in names of unfinished folders. */
export const ownerName = ({ machine, pid, started, token }: Holder): string =>
  [nameOfMachine(machine), pid, started || "x", token].join("-");

/** Whether the owner of an unfinished folder is known to have ended; `token` is that of a holder of which it is known. */
export function ownerEnded(owner: string, token?: string): boolean {
  const [where, pid, since = "", own] = owner.split("-");
  if (own === undefined) return false;
  if (own === token) return true;
  return where === nameOfMachine(machine) && !runs(Number(pid), since === "x" ? "" : since);
}

/** "process 17 on n2 (job 4_2)", for people. */
export function holderText(holder: Holder | undefined): string {
  if (holder === undefined) return "another process";
  const { pid, host, job } = holder;
  return `process ${pid} on ${host}${job === undefined ? "" : ` (job ${job})`}`;
}
