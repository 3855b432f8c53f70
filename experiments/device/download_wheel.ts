/** The wheel of PyPI that holds onnxruntime's CUDA provider, by pip's own download: an index mirror, a proxy or a key set for pip counts. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";

/** A published wheel. */
export interface PublishedWheel {
  readonly name: string;
  readonly version: string;
  /** Of the file for CPython 3.11 and manylinux_2_28 on x86-64. */
  readonly sha256: string;
}

/** What is asked for whatever Python is here, so that it is one file with one hash. */
const FILE = ["--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux_2_28_x86_64"];

/** SHA-256 of a file in hexadecimal. */
async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/** Runs a program; what it prints, such as its progress, goes to our error stream where `show` says so. */
function run(
  command: readonly [string, ...string[]],
  options: { env: Record<string, string | undefined>; show: boolean },
): Promise<{ code: number | null; errors: string }> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: options.env,
      stdio: ["ignore", options.show ? 2 : "ignore", "pipe"],
    });
    let errors = "";
    child.stderr?.on("data", (chunk) => errors += chunk);
    child.on("error", () => resolve({ code: null, errors: "" }));
    child.on("close", (code) => resolve({ code, errors }));
  });
}

/**
 * Downloads a wheel into a folder that holds nothing else and checks its hash.
 *
 * @param options.env environment of pip; this process's own if absent
 * @returns the file's path
 * @throws UserError when there is no pip, the index does not have the wheel, or sends another file.
 */
export async function downloadWheel(
  { name, version, sha256 }: PublishedWheel,
  folder: string,
  options: { readonly env?: Record<string, string | undefined> } = {},
): Promise<string> {
  const what = `${name}==${version}`;
  const fail = (expected: string, got: string): UserError =>
    new UserError(
      `Downloading ${what} failed: expected ${expected}, got ${got}; --wheel FILE takes a wheel that lies on disk`,
    );
  const args = ["download", "--no-deps", "--only-binary=:all:", ...FILE, "--dest", folder, what];
  const common = { env: options.env ?? process.env, show: process.stderr.isTTY === true };
  for (const pip of [["python3", "-m", "pip"], ["pip"]] as const) {
    const { code, errors } = await run([...pip, ...args], common);
    if (code === null || /No module named '?pip/.test(errors)) continue;
    if (code !== 0) {
      const lines = errors.split("\n").map((line) => line.trim());
      const reason = lines.findLast((line) => line.startsWith("ERROR:"))?.slice("ERROR:".length) ??
        lines.findLast((line) => line !== "") ?? `exit code ${code}`;
      throw fail("it from pip's index", reason.trim());
    }
    const path = join(folder, readdirSync(folder).find((file) => file.endsWith(".whl")) as string);
    const found = await fileHash(path);
    if (found !== sha256) throw fail(`the published file (SHA-256 ${sha256})`, `another one (${found})`);
    return path;
  }
  throw fail("pip (python3 -m pip)", "none here");
}
