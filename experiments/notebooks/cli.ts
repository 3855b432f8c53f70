/**
 * `deno task notebooks [--only 03] [--timeout S] [--list]`: executes notebooks/*.ipynb in order in the real Deno kernel, each from a clean
 * state. Exit codes: 0 all passed, 1 a notebook failed, 2 a mistake in what was asked, 130 stopped.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { readOptions, runCommand, wholeNumber } from "../setting/command_line.ts";
import { runNotebook } from "./run_notebook.ts";

const USAGE = `deno task notebooks [--only 03] [--timeout 600] [--list]

Executes the notebooks in order in the Deno kernel, each from a clean state. A notebook fails on an error, on an output that a cell declares
and does not show or shows and does not declare, on the time limit, and on a process left behind.
  --only NAMES   those whose file name begins with one of these, such as 01,03
  --timeout S    seconds for each notebook (default 600)
  --list         list them

Example: deno task notebooks --only 01`;

const FOLDER = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/** The notebooks of a folder by name, all or those that begin with one of `only`. @throws UserError when one names none. */
export function chooseNotebooks(folder: string, only?: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb")).sort();
  if (only === undefined) return names;
  const prefixes = only.split(",").map((prefix) => prefix.trim());
  for (const prefix of prefixes) {
    if (prefix === "" || !names.some((name) => name.startsWith(prefix))) {
      throw new UserError(
        `--only expects the beginning of a notebook's name, one of ${names.join(", ")}, got "${prefix}"`,
      );
    }
  }
  return names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
}

/** Runs notebooks and prints one line each, then `N passed, N failed`. Returns the number that failed. */
export async function runAll(
  names: readonly string[],
  options: { folder: string; timeout: number; print: (line: string) => void; signal?: AbortSignal },
): Promise<number> {
  const { folder, timeout, print, signal } = options;
  let failed = 0, run = 0;
  for (const name of names) {
    if (signal?.aborted) break;
    const { faults, seconds } = await runNotebook(join(folder, name), { timeout, signal });
    run++;
    if (faults.length > 0) failed++;
    print(`${faults.length === 0 ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
    for (const fault of faults) print(`       ${fault}`);
  }
  print(`${run - failed} passed, ${failed} failed`);
  return failed;
}

async function main(args: readonly string[]): Promise<number> {
  const { flags, values, positionals } = readOptions(args, {
    only: "value",
    timeout: "value",
    list: "flag",
    help: "flag",
  });
  if (positionals.length > 0) {
    throw new UserError(`deno task notebooks expects options only, got "${positionals[0]}"; try --only`);
  }
  if (flags.has("help")) {
    console.log(USAGE);
    return 0;
  }
  const names = chooseNotebooks(FOLDER, values.get("only"));
  if (flags.has("list")) {
    console.log(names.join("\n"));
    return 0;
  }
  const timeout = wholeNumber("--timeout", values.get("timeout") ?? "600", { low: 1, high: 86_400 });
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
  const failed = await runAll(names, { folder: FOLDER, timeout, print: console.log, signal: abort.signal });
  return abort.signal.aborted ? 130 : failed > 0 ? 1 : 0;
}

if (import.meta.main) {
  await runCommand(() => main(process.argv.slice(2)));
  process.exit();
}
