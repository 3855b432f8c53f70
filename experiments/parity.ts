/**
 * `deno task parity <folder> [case …] [--engine compiled|cpu]`: computes every golden case of a folder and compares it with the reference.
 * Prints each case's worst tensor (largest error in units of its bar), then `N passed, N failed`. Exit code 1 when a case fails.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { UserError } from "../lib/engine/mod.ts";
import { compareCase, type Comparison, readCase } from "../lib/golden/mod.ts";
import { runCommand } from "./command_line.ts";
import { type EngineName, ENGINES } from "./parity/case_runner.ts";
import { runnerOf } from "./parity/dispatch.ts";

const USAGE = `deno task parity <folder> [case …] [--engine compiled|cpu]

Computes every golden case of a folder and compares it with the reference's numbers: per case the worst tensor, its error and the bar.
  --engine NAME  ${ENGINES.join(" or ")} (default compiled)

Example: deno task parity data/golden unet_tiny`;

/** What became of a case. */
export interface Verdict {
  readonly name: string;
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

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { engine: { type: "string", default: "compiled" }, help: { type: "boolean", default: false } },
    });
  } catch (error) {
    throw new UserError((error as Error).message);
  }
  if (parsed.values.help) {
    console.log(USAGE);
    return 0;
  }
  const [folder, ...chosen] = parsed.positionals;
  const engine = ENGINES.find((name) => name === parsed.values.engine);
  if (folder === undefined) {
    throw new UserError(
      "deno task parity needs a folder of golden cases: deno task parity <folder> [--engine compiled|cpu]",
    );
  }
  if (!engine) throw new UserError(`--engine must be ${ENGINES.join(", ")}, got "${parsed.values.engine}"`);
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
    console.log(line(verdict));
  }
  const count = (outcome: Verdict["outcome"]) =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  console.log(`${count("passed")} passed, ${count("failed")} failed`);
  return count("failed") > 0 ? 1 : 0;
}

if (import.meta.main) await runCommand(() => main(Deno.args));
