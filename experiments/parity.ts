/**
 * `deno task parity <folder> [case …] [--engine compiled|cpu]`: computes every golden case of a folder and compares it with the reference.
 * Prints each case's worst tensor (largest error in units of its bar), then `N passed, N failed`, with `N not built` for configurations that no
 * model here has. Exit code 1 unless all passed.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../lib/engine/mod.ts";
import { compareCase, type Comparison, readCase } from "../lib/golden/mod.ts";
import { oneOf, readOptions, runCommand } from "./setting/command_line.ts";
import { type EngineName, ENGINES } from "./parity/case_runner.ts";
import { runnerOf } from "./parity/dispatch.ts";

const USAGE = `deno task parity <folder> [case …] [--engine compiled|cpu]

Computes every golden case of a folder and compares it with the reference's numbers: per case the worst tensor, its error and the bar.
  --engine NAME  ${ENGINES.join(" or ")} (default compiled)

Example: deno task parity data/golden unet_tiny`;

/** What became of a case. */
export interface Verdict {
  readonly name: string;
  /** "not built": no model here has such a configuration. */
  readonly outcome: "passed" | "failed" | "not built";
  /** The tensor farthest above (or least below) its bar. */
  readonly worst?: Comparison;
  readonly fault?: string;
}

/** Error in units of the bar. */
function excess({ error, bar }: Comparison): number {
  return bar === 0 ? (error === 0 ? 0 : Infinity) : error / bar;
}

/** Names of the cases in a folder, sorted. */
export function listCases(folder: URL): string[] {
  let names: string[];
  try {
    names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    throw new UserError(`Reading golden cases failed: expected a folder, got ${folder.pathname}`);
  }
  const cases = names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length))
    .sort();
  if (cases.length === 0) {
    throw new UserError(`Reading golden cases failed: ${folder.pathname} has no CASE.json`);
  }
  return cases;
}

/** Computes and compares one case; a case that cannot be read or computed has failed. */
export async function checkCase(name: string, folder: URL, engine: EngineName): Promise<Verdict> {
  try {
    const golden = readCase(name, folder);
    const runner = runnerOf(golden.config);
    if (!runner) return { name, outcome: "not built" };
    const { tensors, checks = [] } = await runner(golden, engine);
    const rows = [...compareCase(golden, tensors), ...checks];
    const worst = rows.reduce((a, b) => excess(b) > excess(a) ? b : a);
    return { name, outcome: rows.every(({ passed }) => passed) ? "passed" : "failed", worst };
  } catch (error) {
    return { name, outcome: "failed", fault: error instanceof Error ? error.message : String(error) };
  }
}

/** One line about a case. */
function line({ name, outcome, worst, fault }: Verdict): string {
  const detail = fault ??
    (worst
      ? `${worst.name}  error ${worst.error.toExponential(1)}  bar ${worst.bar.toExponential(1)}${
        worst.fault ? `  ${worst.fault}` : ""
      }`
      : "");
  return `${name.padEnd(30)} ${outcome.padEnd(10)} ${detail}`.trimEnd();
}

/** `N passed, N failed`, and how many are not built where any are. */
function summary(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict["outcome"]) =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const unbuilt = count("not built");
  return `${count("passed")} passed, ${count("failed")} failed${unbuilt > 0 ? `, ${unbuilt} not built` : ""}`;
}

/**
 * Checks the cases that the arguments name, a line each, then the summary; gives the exit code.
 *
 * @throws UserError when an option, the folder or a case's name is wrong.
 */
export async function checkFolder(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { flags, values, positionals } = readOptions(args, { engine: "value", help: "flag" });
  if (flags.has("help")) {
    print(USAGE);
    return 0;
  }
  const engine = oneOf("--engine", values.get("engine") ?? "compiled", ENGINES);
  const [folder, ...chosen] = positionals;
  if (folder === undefined) {
    throw new UserError(
      "deno task parity needs a folder of golden cases: deno task parity <folder> [--engine compiled|cpu]",
    );
  }
  const url = pathToFileURL(resolve(folder) + "/");
  const names = listCases(url);
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`No golden case "${unknown}" in ${folder}; it has ${names.join(", ")}`);
  }
  const verdicts: Verdict[] = [];
  for (const name of chosen.length ? chosen : names) {
    const verdict = await checkCase(name, url, engine);
    verdicts.push(verdict);
    print(line(verdict));
  }
  print(summary(verdicts));
  return verdicts.every(({ outcome }) => outcome === "passed") ? 0 : 1;
}

if (import.meta.main) await runCommand(() => checkFolder(Deno.args, (text) => console.log(text)));
