/** A Python virtual environment of the bench's own, made when a peer is asked for. The product never needs Python. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";

const STAMP = "installed-requirements.txt";
const MOST_OUTPUT = 64 * 1024 * 1024;

/** What the environment is made of. */
export interface EnvironmentOptions {
  /** Folder of the environment; replaced when its requirements changed. */
  readonly folder: string;
  /** The requirements file. */
  readonly requirements: string;
  /** Called with what takes long, one line. */
  readonly notice: (text: string) => void;
  /** The interpreter that makes it; `python3` by default. */
  readonly python?: string;
}

async function runQuietly(command: string, args: readonly string[], what: string): Promise<void> {
  try {
    await promisify(execFile)(command, [...args], { maxBuffer: MOST_OUTPUT });
  } catch (error) {
    const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
    if (code === "ENOENT") {
      throw new UserError(
        `Timing the PyTorch peer needs Python 3.10 or newer as "${command}", got none; install it, or leave out --peer`,
      );
    }
    const reason = stderr.trim().split("\n").findLast((line) => !line.startsWith("[notice]"));
    throw new UserError(`${what} failed: ${reason || `${command} ended with ${code}`}`);
  }
}

/**
 * The interpreter of an environment that has the requirements; installs them when it does not.
 *
 * @throws UserError when there is no Python, or the packages cannot be had.
 */
export async function pythonEnvironment(options: EnvironmentOptions): Promise<string> {
  const { folder, requirements, notice, python = "python3" } = options;
  const inside = Deno.build.os === "windows"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
  const wanted = readFileSync(requirements, "utf8");
  const stamp = join(folder, STAMP);
  if (existsSync(inside) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return inside;
  notice(`installing ${wanted.trim().split("\n").join(", ")} into ${folder} (once)`);
  await runQuietly(python, ["-m", "venv", "--clear", folder], "Making the peer's environment");
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  await runQuietly(inside, install, "Installing the peer's packages");
  await atomicWrite(stamp, wanted);
  return inside;
}
