/** Entry of `deno task data`. Exit codes: 0 nothing is wrong, 1 something is, 2 a mistake in what was asked. */
import process from "node:process";
import { UserError } from "../../lib/engine/mod.ts";
import { TASKS } from "../../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../command_line.ts";
import { showSteps } from "../generate/progress.ts";
import { checkDataset, datasetText } from "./check_dataset.ts";
import { layoutsText } from "../paper/paper_datasets.ts";

const USAGE = `deno task data check --scale paper --task TASK DIR [--decode 200] [--json]

Checks a folder of training pairs for the paper's scale: DIR/train.jsonl and DIR/val.jsonl with one pair a line, and the pictures they name,
by paths relative to DIR (PNG, JPEG or WebP). Reads every line and every picture's header.
  --task NAME      ${TASKS.join(", ")}
  --decode N       pictures to decode whole (default 200), spread evenly
  --json           the report as JSON

${layoutsText()}

Example: deno task data check --scale paper --task style ~/style-pairs`;

async function main(args: readonly string[]): Promise<number> {
  const { flags, values, positionals } = readOptions(args, {
    scale: "value",
    task: "value",
    decode: "value",
    json: "flag",
    help: "flag",
  });
  if (flags.has("help")) {
    console.log(USAGE);
    return 0;
  }
  const [action = "", folder, ...more] = positionals;
  oneOf("deno task data", action, ["check"]);
  if (oneOf("--scale", values.get("scale") ?? "paper", ["mini", "paper"]) === "mini") {
    throw new UserError(
      "The mini scale's pairs are composed from npm packages: there is no folder to check; --scale paper has one",
    );
  }
  const asked = values.get("task");
  if (asked === undefined) throw new UserError(`--task expects one of ${TASKS.join(", ")}, got none`);
  const task = oneOf("--task", asked, TASKS);
  if (folder === undefined) throw new UserError("deno task data check expects a folder, got none");
  if (more.length > 0) throw new UserError(`deno task data check expects one folder, got also "${more[0]}"`);
  const decode = wholeNumber("--decode", values.get("decode") ?? "200", { low: 0, high: 999_999_999 });
  const steps = showSteps(
    { out: () => {}, err: (line) => console.error(line), terminal: process.stderr.isTTY === true },
    { what: "checking", unit: "pictures" },
  );
  const report = await checkDataset(task, folder, { decode, progress: steps.show });
  steps.close();
  console.log(flags.has("json") ? JSON.stringify(report, null, 2) : datasetText(report));
  return report.sound ? 0 : 1;
}

if (import.meta.main) await runCommand(() => main(Deno.args));
