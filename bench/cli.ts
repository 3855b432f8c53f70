/** Entry of `deno task bench`. Exit codes: 0 done, 2 a mistake in what was asked, 1 anything else. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { UserError } from "../lib/engine/errors.ts";
import { oneOf, readOptions, wholeNumber } from "../experiments/command_line.ts";
import { PEERS } from "./side.ts";

const BENCHES = ["train"] as const;

const USAGE = `deno task bench train [--peer pytorch] [--repetitions 7] [--batch 32] [--out DIR] [--json]

Times one training step of the adapter on this machine, compiled by our engine: text encoder, Instruct projection and U-Net forward and
backward, gradient clipping, AdamW; the base model is frozen, weights and batch are random.
  --peer pytorch     times the same step in PyTorch in turn with ours, once both give the same loss and gradients;
                     needs python3, and installs the packages of bench/peers/pytorch/requirements.txt into .cache/bench-venv
  --repetitions N    turns of each side, 1 to 1000 (default 7)
  --batch N          samples of a batch, 1 to 1024 (default 32)
  --out DIR          keeps the result (train.json), the case and the peer's gradients there
  --json             prints the result as JSON

Example: deno task bench train --peer pytorch`;

/** What is to be timed and how; "help" when that was asked for. @throws UserError for what there is not. */
export function readBenchOptions(args: readonly string[]) {
  const { flags, values, positionals } = readOptions(args, {
    peer: "value",
    repetitions: "value",
    batch: "value",
    out: "value",
    json: "flag",
    help: "flag",
  });
  if (flags.has("help")) return "help";
  const [bench, ...more] = positionals;
  if (bench === undefined) {
    throw new UserError(`bench expects ${BENCHES.join(", ")}, got nothing; --help says more`);
  }
  oneOf("bench", bench, BENCHES);
  if (more.length > 0) throw new UserError(`bench expects one name, got also "${more[0]}"`);
  const peer = values.get("peer");
  const out = values.get("out");
  const number = (name: "repetitions" | "batch", fallback: string, high: number) =>
    wholeNumber(`--${name}`, values.get(name) ?? fallback, { low: 1, high });
  return {
    batch: number("batch", "32", 1024),
    repetitions: number("repetitions", "7", 1000),
    ...(peer === undefined ? {} : { peer: oneOf("--peer", peer, PEERS) }),
    ...(out === undefined ? {} : { out }),
    json: flags.has("json"),
  };
}

async function main(args: readonly string[]): Promise<string> {
  const options = readBenchOptions(args);
  if (options === "help") return USAGE;
  const { benchTrain, describeTrainBench } = await import("./train.ts"); // the engine takes a second to load
  const result = await benchTrain({
    ...options,
    cacheFolder: process.env["IPADAPTER_CACHE"] ?? fileURLToPath(new URL("../.cache", import.meta.url)),
    notice: (text) => console.error(text),
  });
  return options.json ? JSON.stringify(result, null, 2) : describeTrainBench(result);
}

if (import.meta.main) {
  try {
    console.log(await main(Deno.args));
  } catch (error) {
    const expected = error instanceof UserError || (error instanceof Error && error.name === "Disagreement");
    console.error(expected ? error.message : error);
    Deno.exitCode = error instanceof UserError ? 2 : 1;
  }
}
