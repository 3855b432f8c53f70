/** A process by a name from which other processes can tell whether it has ended: in locks, and in names of what it left unfinished. */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";

/** What tells a process from all others. */
export interface NamedProcess {
  /** The boot of its machine, and the process ids that are seen there: the same text means that `pid` can be looked up. */
  readonly machine: string;
  /** Its id. */
  readonly pid: number;
  /** When it was started, in the kernel's own count; "" where that is not known. */
  readonly started: string;
}

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

let here: NamedProcess | undefined;

/** This process. */
export function thisProcess(): NamedProcess {
  const boot = () => textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  const processes = () => textOf(() => readlinkSync("/proc/self/ns/pid"));
  return here ??= {
    machine: boot() === "" ? hostname() : `${boot()} ${processes()}`,
    pid: process.pid,
    started: startOf(process.pid) ?? "",
  };
}

/** Whether a process of this machine runs. `started` is its start, "" where that is not known. */
export function processRuns(pid: number, started: string): boolean {
  const now = startOf(pid);
  if (now !== undefined) return now !== "" && (started === "" || now === started);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

const machineName = (machine: string) => createHash("sha256").update(machine).digest("hex").slice(0, 8);

/** A process as letters, digits and "-": machine, id and start. */
export function processName({ machine, pid, started }: NamedProcess): string {
  return [machineName(machine), pid, started || "x"].join("-");
}

/** Whether the process of a name is known to have ended: only those of this machine can be. */
export function processEnded(name: string): boolean {
  const [machine, pid, started = ""] = name.split("-");
  return machine === machineName(thisProcess().machine) &&
    !processRuns(Number(pid), started === "x" ? "" : started);
}
