/** `deno task pretrain <part>`: makes a frozen part by its recipe and writes data/checkpoints/<part>.safetensors with a card. */
import { checkDevice, UserError } from "../../lib/engine/mod.ts";
import { FAMILIES, loadBank } from "../../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../setting/command_line.ts";
import { byJobs, JOB_HELP, JOB_OPTIONS, jobExitCode } from "../jobs/job_command.ts";
import { type Options, withConfig } from "../jobs/run_config.ts";
import { PART_HELP, PART_NAMES, partOf } from "../parts/mod.ts";
import { type Device, DEVICES } from "../setting/experiment.ts";
import { trainByJob } from "./train_by_job.ts";
import { type Start, trainPart } from "./train_part.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";

const USAGE = `deno task pretrain <${
  PART_HELP.join("|")
}> [--minutes M | --steps N] [--warm-start] [--threads T]
       deno task pretrain <part> --resume [--threads T]

Trains one frozen part of the mini scale and replaces its committed checkpoint. ControlNets and LoRAs are trained on top of the
committed base; FAMILY is a manner of drawing: ${FAMILIES.join(", ")}.
  --minutes M                  fit the number of steps into M minutes, measured on the first steps
  --steps N                    number of steps (default: the recipe's)
  --threads T                  threads of the training (default: all); with one, two trainings side by side use two cores best
  --device cpu|webgpu|cuda     where it is trained (default cpu); weights differ a little from those of another device
  --warm-start                 train the committed checkpoint further, on new batches; its header and card tell every training
  --resume                     go on with the interrupted training whose working state is in .cache/pretrain
${JOB_HELP}

Examples: deno task pretrain vae --minutes 12
          deno task pretrain vae --executor slurm --partition cpu --threads 8 --cache /shared/me/cache
          deno task pretrain base --device cuda --executor slurm --partition gpu --gpus-per-task 1 --cache /shared/me/cache`;

/** A command line that was read: help, or a part with how to train it. */
export type PretrainCommand =
  | { readonly help: true }
  | {
    readonly help: false;
    readonly part: string;
    readonly start: Start;
    readonly threads?: number;
    readonly device: Device;
    /** All options, where a job is to train. */
    readonly job?: Options;
  };

const OPTIONS = {
  minutes: "value",
  steps: "value",
  device: "value",
  resume: "flag",
  "warm-start": "flag",
  help: "flag",
  ...JOB_OPTIONS,
} as const;

/**
 * Reads the arguments.
 *
 * @throws UserError when one is unknown, out of range, or excludes another.
 */
export function readCommand(args: readonly string[]): PretrainCommand {
  const given = readOptions<string>(args, OPTIONS);
  const config = given.values.get("config");
  const { flags, values, positionals } = config === undefined ? given : withConfig(given, config, OPTIONS);
  if (flags.has("help")) return { help: true };
  const part = oneOf("Pre-training", positionals[0] ?? "", PART_NAMES);
  if (positionals.length > 1) {
    throw new UserError(`Pre-training needs one part, got "${positionals.join(" ")}"`);
  }
  const number = (name: "minutes" | "steps" | "threads", high: number) => {
    const given = values.get(name);
    return given === undefined ? {} : { [name]: wholeNumber(`--${name}`, given, { low: 1, high }) };
  };
  const [minutes, steps] = [number("minutes", 100_000), number("steps", 999_999_999)];
  const length = (["minutes", "steps"] as const).filter((name) => values.has(name));
  if (length.length > 1) throw new UserError("--minutes and --steps exclude each other: give one of them");
  if (flags.has("resume")) {
    if (flags.has("warm-start")) {
      throw new UserError(
        "--resume and --warm-start exclude each other: --resume alone also goes on with a warm-started training",
      );
    }
    if (length.length > 0) {
      throw new UserError(`--resume keeps the number of steps that was planned: leave out --${length[0]}`);
    }
  }
  const start: Start = flags.has("resume")
    ? { from: "working state" }
    : { from: flags.has("warm-start") ? "checkpoint" : "fresh", ...minutes, ...steps };
  const job = byJobs({ flags, values }) ? { job: { flags, values } } : {};
  const device = oneOf("--device", values.get("device") ?? "cpu", DEVICES);
  return { help: false, part, start, device, ...number("threads", 1024), ...job };
}

async function main(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  if (command.help) {
    console.log(USAGE);
    return 0;
  }
  const { start, threads, device, job } = command;
  const part = partOf(command.part);
  if (job !== undefined) {
    const shown = {
      out: (text: string) => console.log(text),
      err: (line: string) => console.error(line),
      signal: new AbortController().signal,
    };
    const request = { part: part.name, start, device };
    return await jobExitCode(
      shown,
      () => trainByJob(request, job, { console: shown, cacheFolder: cacheFolder() }),
    );
  }
  await checkDevice(device);
  console.log(`${part.name}: ${part.recipe.summary}`);
  await trainPart(part, await loadBank(), {
    start,
    compile: { device, ...(threads === undefined ? {} : { threads, spin: false }) },
    notify: (line) => console.log(line),
  });
  return 0;
}

if (import.meta.main) await runCommand(() => main(Deno.args));
