/** `deno task report [--out results]`: builds report.html and report.md from the results that are there. Exit codes as `reproduce`. */
import { join } from "node:path";
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite, makeFolder } from "../../lib/hub/mod.ts";
import { reportHtml, reportMarkdown } from "../../lib/report/mod.ts";
import { readOptions, runCommand } from "../setting/command_line.ts";
import { EXPLANATIONS } from "../explanations/explanations.ts";
import { type FigureEntry, itemOf, loadFigures } from "../figures/figure.ts";
import { FIGURES } from "../figures/mod.ts";
import { findingsByRun, ownStills, renderedStills, reportEntries } from "./entries.ts";
import { partHashes } from "./part_hashes.ts";

const USAGE = `deno task report [--out DIR] [--render]

Builds report.html and report.md from the results in DIR (default results): Table 1 and every figure beside what the paper says, the
statements with verdicts, how to rerun each. Of each experiment the largest run of the frozen parts in data/checkpoints is shown, of other parts
only if there is none. No model runs. --render also makes the plots and diagrams of every run in DIR anew from its result.json.

Example: deno task report --out results
`;

/** Runs the command line and returns what it says. @throws UserError for what the user can mend. */
export async function report(
  args: readonly string[],
  list: readonly FigureEntry[] = FIGURES,
): Promise<string> {
  const { flags, values, positionals } = readOptions(args, { out: "value", render: "flag", help: "flag" });
  if (flags.has("help")) return USAGE;
  if (positionals.length > 0) {
    throw new UserError(`report expects options only, got "${positionals.join(" ")}"; see --help`);
  }
  const results = values.get("out") ?? "results";
  const figures = await loadFigures(list);
  const parts = partHashes();
  const entries = await reportEntries(results, figures, parts);
  if (entries.length === 0) {
    throw new UserError(
      `Building the report needs a result in ${results}, found none; run deno task reproduce table1`,
    );
  }
  const options = {
    items: figures.map(itemOf),
    explanations: EXPLANATIONS,
    smaller: findingsByRun(results, figures),
    parts,
  };
  const stills = [
    ...await ownStills(entries),
    ...flags.has("render") ? await renderedStills(results, figures) : [],
  ];
  await makeFolder(results);
  for (const [name, content] of stills) await atomicWrite(join(results, name), content);
  await atomicWrite(join(results, "report.html"), reportHtml(entries, options));
  await atomicWrite(join(results, "report.md"), reportMarkdown(entries, options));
  return `${entries.map(({ id, scale, budget }) => `${id} (${scale}, ${budget})`).join(", ")}\n` +
    `Written to ${results}: report.html, report.md\n`;
}

if (import.meta.main) {
  await runCommand(async () => void process.stdout.write(await report(process.argv.slice(2))));
}
