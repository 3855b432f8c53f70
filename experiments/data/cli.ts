/** Entry of `deno task data`. Exit codes: 0 nothing is wrong, 1 something is, 2 a mistake in what was asked. */
import process from "node:process";
import { UserError } from "../../lib/engine/mod.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import { oneOf, type OptionKind, readOptions, runCommand, wholeNumber } from "../setting/command_line.ts";
import { SCALE_IDS } from "../setting/scales.ts";
import { showSteps } from "../generate/progress.ts";
import { layoutsText } from "../paper/paper_datasets.ts";
import { byJobs, JOB_HELP, JOB_OPTIONS, jobExitCode } from "../jobs/job_command.ts";
import { type Options, withConfig } from "../jobs/run_config.ts";
import { buildByJob } from "./build/build_by_job.ts";
import { BUILD_OPTIONS, buildCommand, buildersText, buildText, formsText } from "./build/build_command.ts";
import { ownerName } from "../runner/holder.ts";
import { sharedBank } from "../mini/shared_models.ts";
import { artworkText, checkArtwork } from "./check_artwork.ts";
import { checkDataset, datasetText } from "./check_dataset.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";

const USAGE =
  `deno task data build --scale paper --task TASK DIR [sources] [--count N] [--captions FILE | --llm URL --model NAME]
deno task data check --scale paper --task TASK DIR [--decode 200] [--json]
deno task data check --scale mini [--json]

build makes a task's training pairs for the paper's scale in DIR, from sources you have (Sec. 3.4). Stopped at any time, the same command
goes on; with a larger --count it adds pairs. What cannot be used is passed over and listed in DIR/broken.jsonl.
  --task NAME        ${TASKS.join(", ")}
  --count N          pairs to train on (default: the paper's; composition: all there are)
  --validation N     pairs to hold out, beside them (default 1000)
  --seed N           the same seed and sources give the same pairs (default 1)
  --captions FILE    prompts: lines like {"image":"a.jpg","caption":"…"}, or COCO's captions as .json
  --llm URL          ask a language model that sees pictures for prompts that neither source nor file has, behind this
                     OpenAI-compatible address; its key, if any, in LLM_API_KEY
  --model NAME       the language model's name
  --parallel N       pairs made at once where no model generates (default 4)
  --json             the report as JSON
${JOB_HELP}
  --threads T                  with --executor slurm: the job's cores
Sources of each task:
${buildersText()}
A SOURCE is one of:
${formsText()}

check reads DIR/train.jsonl and DIR/val.jsonl with one pair a line, and the pictures they name, by paths relative to DIR (PNG, JPEG or WebP):
every line, and every picture's header.
  --task NAME        as above
  --decode N         pictures to decode whole (default 200), spread evenly
  --json             the report as JSON

check --scale mini draws the artwork that the mini scale's pairs are composed from, unless it is kept from before, and compares its pixels
with the hashes in data/sources.json; where they differ it prints the new ones.

${layoutsText()}

Examples: deno task data build --scale paper --task replication ~/replication-pairs --pictures ~/journeydb
          deno task data build --scale paper --task style /shared/style --conditions /shared/art --prompts p.txt \\
            --device cuda --executor slurm --partition gpu --gpus-per-task 1 --cache /shared/me/cache
          deno task data check --scale paper --task style ~/style-pairs`;

interface Asked {
  readonly task: TaskId;
  readonly folder: string;
  readonly options: Options;
  readonly json: boolean;
}

function steps(what: string, unit: string): ReturnType<typeof showSteps> {
  return showSteps(
    { out: () => {}, err: (line) => console.error(line), terminal: process.stderr.isTTY === true },
    { what, unit },
  );
}

async function check({ task, folder, options: { values }, json }: Asked): Promise<number> {
  const decode = wholeNumber("--decode", values.get("decode") ?? "200", { low: 0, high: 999_999_999 });
  const shown = steps("checking", "pictures");
  const report = await checkDataset(task, folder, { decode, progress: shown.show });
  shown.close();
  console.log(json ? JSON.stringify(report, null, 2) : datasetText(report));
  return report.sound ? 0 : 1;
}

async function checkMini(json: boolean): Promise<number> {
  const report = checkArtwork(await sharedBank({ notice: (text) => console.error(`  ${text}`) }));
  console.log(json ? JSON.stringify(report, null, 2) : artworkText(report));
  return report.sound ? 0 : 1;
}

/** Has a job build. */
async function buildAsJob({ task, folder, options, json }: Asked): Promise<number> {
  const out = (text: string) => console.log(text);
  const shown = { out, err: (line: string) => console.error(line), signal: new AbortController().signal };
  return await jobExitCode(shown, async () => {
    const report = await buildByJob(task, folder, { options, console: shown, cacheFolder: cacheFolder() });
    if (report !== undefined) out(json ? JSON.stringify(report, null, 2) : buildText(task, folder, report));
  });
}

async function build(asked: Asked): Promise<number> {
  if (byJobs(asked.options, ["threads"])) return await buildAsJob(asked);
  const { task, folder, options: { values }, json } = asked;
  const shown = steps("building", "pairs");
  try {
    const report = await buildCommand(task, folder, {
      values,
      progress: shown.show,
      onWait: (holder) =>
        console.error(
          `  waiting for another build into ${folder} (${holder ? ownerName(holder) : "unknown"})`,
        ),
    });
    shown.close();
    console.log(json ? JSON.stringify(report, null, 2) : buildText(task, folder, report));
    return 0;
  } finally {
    shown.close();
  }
}

/** Options that one of the two actions does not read. */
const OWN = {
  build: [...Object.keys(BUILD_OPTIONS), ...Object.keys(JOB_OPTIONS)],
  check: ["decode"],
} as const;

const OPTIONS: Readonly<Record<string, OptionKind>> = {
  scale: "value",
  task: "value",
  decode: "value",
  json: "flag",
  help: "flag",
  ...BUILD_OPTIONS,
  ...JOB_OPTIONS,
};

async function main(args: readonly string[]): Promise<number> {
  const read = readOptions(args, OPTIONS);
  const config = read.values.get("config");
  const { flags, values, positionals } = config === undefined ? read : withConfig(read, config, OPTIONS);
  if (flags.has("help")) {
    console.log(USAGE);
    return 0;
  }
  const [given = "", folder, ...more] = positionals;
  const action = oneOf("deno task data", given, ["build", "check"]);
  if (oneOf("--scale", values.get("scale") ?? "paper", SCALE_IDS) === "mini") {
    if (action === "build") {
      throw new UserError(
        "The mini scale's pairs are composed from npm packages: there is no folder to build; --scale paper has one",
      );
    }
    const [further = folder] = [...values.keys(), ...flags].filter((name) =>
      !["scale", "json"].includes(name)
    ).map((name) => `--${name}`);
    if (further !== undefined) {
      throw new UserError(`deno task data check --scale mini expects --json at most, got also ${further}`);
    }
    return await checkMini(flags.has("json"));
  }
  const asked = values.get("task");
  if (asked === undefined) throw new UserError(`--task expects one of ${TASKS.join(", ")}, got none`);
  const task = oneOf("--task", asked, TASKS);
  if (folder === undefined) throw new UserError(`deno task data ${action} expects a folder, got none`);
  if (more.length > 0) {
    throw new UserError(`deno task data ${action} expects one folder, got also "${more[0]}"`);
  }
  const foreign = OWN[action === "build" ? "check" : "build"].find((name) =>
    values.has(name) || flags.has(name)
  );
  if (foreign !== undefined) throw new UserError(`deno task data ${action} takes no --${foreign}`);
  return await { build, check }[action]({
    task,
    folder,
    options: { flags, values },
    json: flags.has("json"),
  });
}

if (import.meta.main) await runCommand(() => main(Deno.args));
