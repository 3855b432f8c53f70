/** Where and with what numbers are computed. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ownJson } from "../../lib/hub/mod.ts";
import { hostHere, jobHere } from "./holder.ts";
import type { StageOrigin } from "./stage.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function git(...args: string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("git", ["-C", ROOT, ...args]);
    return stdout.trim();
  } catch {
    return null; // no git, or no checkout
  }
}

/** Versions of the runtime and of every package the project pins. */
function versions(): Record<string, string> {
  const config = JSON.parse(readFileSync(`${ROOT}/deno.json`, "utf8")) as {
    version?: string;
    imports?: Record<string, string>;
  };
  const packages = Object.values(config.imports ?? {}).flatMap((specifier) => {
    const match = /^npm:(.+)@([^@/]+)$/.exec(specifier);
    return match === null ? [] : [[match[1] as string, match[2] as string] as const];
  });
  return {
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    project: config.version ?? "unknown",
    ...Object.fromEntries(packages),
  };
}

/** The commit of the code, and whether it was changed; both null outside of a checkout. */
export interface CodeOrigin {
  readonly commit: string | null;
  readonly dirty: boolean | null;
}

/** What the code is: of a copy that was made of a checkout, what it was then (`origin.json`). */
export async function originOfCode(): Promise<CodeOrigin> {
  const copied = ownJson<CodeOrigin>(`${ROOT}/origin.json`);
  if (copied) return copied;
  const commit = await git("rev-parse", "HEAD");
  const status = commit === null
    ? null
    : await git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!results");
  return { commit, dirty: status === null ? null : status !== "" };
}

/** Describes this machine and working tree. `device` names the execution provider, e.g. "cpu". */
export async function currentOrigin(device: string): Promise<StageOrigin> {
  return {
    ...await originOfCode(),
    device: `${device}: ${cpus()[0]?.model.trim() ?? "unknown processor"}`,
    threads: availableParallelism(),
    memory: totalmem(),
    system: `${type()} ${release()}, ${arch()}`,
    ...jobHere(),
    ...(jobHere().job === undefined ? {} : { host: hostHere() }),
    versions: versions(),
    finishedAt: new Date().toISOString(),
  };
}
