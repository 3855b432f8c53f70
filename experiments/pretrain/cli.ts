/** `deno task pretrain <part>`: makes a frozen part by its recipe and writes data/checkpoints/<part>.safetensors with a card. */
import { UserError } from "../../lib/engine/mod.ts";
import { FAMILIES, loadBank } from "../../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../command_line.ts";
import { PART_HELP, PART_NAMES, partOf } from "../parts/mod.ts";
import { type Start, trainPart } from "./train_part.ts";

const USAGE = `deno task pretrain <${
  PART_HELP.join("|")
}> [--minutes M | --steps N] [--warm-start] [--threads T]
       deno task pretrain <part> --resume [--threads T]

Trains one frozen part of the mini scale on this machine and replaces its committed checkpoint. ControlNets and LoRAs are trained on top of the
committed base; FAMILY is a manner of drawing: ${FAMILIES.join(", ")}.
  --minutes M   fit the number of steps into M minutes, measured on the first steps
  --steps N     number of steps (default: the recipe's)
  --threads T   threads of the training (default: all); with one, two trainings side by side use two cores best
  --warm-start  train the committed checkpoint further, on new batches; its header and card tell every training
  --resume      go on with the interrupted training whose working state is in .cache/pretrain

Example: deno task pretrain vae --minutes 12`;

/** A command line that was read: help, or a part with how to train it. */
export type PretrainCommand =
  | { readonly help: true }
  | { readonly help: false; readonly part: string; readonly start: Start; readonly threads?: number };

/**
 * Reads the arguments.
 *
 * @throws UserError when one is unknown, out of range, or excludes another.
 */
export function readCommand(args: readonly string[]): PretrainCommand {
  const { flags, values, positionals } = readOptions(args, {
    minutes: "value",
    steps: "value",
    threads: "value",
    resume: "flag",
    "warm-start": "flag",
    help: "flag",
  });
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
  return { help: false, part, start, ...number("threads", 1024) };
}

async function main(args: readonly string[]): Promise<void> {
  const command = readCommand(args);
  if (command.help) return console.log(USAGE);
  const { start, threads } = command;
  const part = partOf(command.part);
  console.log(`${part.name}: ${part.recipe.summary}`);
  await trainPart(part, await loadBank(), {
    start,
    compile: threads === undefined ? {} : { threads, spin: false },
    notify: (line) => console.log(line),
  });
}

if (import.meta.main) await runCommand(() => main(Deno.args));
