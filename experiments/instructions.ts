/**
 * `deno task instructions --task style --count 1000 --seed 1 [--split train|held-out] [--llm URL --model NAME]`: prints instructions for a
 * task, one per line; from the written grammar, or from a language model behind an OpenAI-compatible endpoint (its key, if it asks for
 * one, in the environment variable LLM_API_KEY). Exit code 2 and one sentence when an option is wrong or the model fails.
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { UserError } from "../lib/engine/mod.ts";
import {
  formatCorpus,
  generateInstructions,
  heldOutInstructions,
  MOST_INSTRUCTIONS,
  TASKS,
  trainingInstructions,
} from "../lib/instructions/mod.ts";
import { runCommand } from "./command_line.ts";

const USAGE =
  "deno task instructions --task TASK [--count N] [--seed N] [--split train|held-out] [--llm URL --model NAME]";

const HELP = `${USAGE}

Prints instructions for a task, one per line; none holds another task's keyword.
  --task TASK      ${TASKS.join(", ")}
  --count N        how many (default 1000)
  --seed N         the same seed gives the same lines (default 1)
  --split NAME     train, or held-out: other templates (default train)
  --llm URL        ask a language model behind this OpenAI-compatible address; its key, if any, in LLM_API_KEY
  --model NAME     the language model's name

Example: deno task instructions --task style --count 20 --split held-out`;

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/u.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new UserError(`--${option} must be a whole number from ${least} to ${most}, got "${text}"`);
  }
  return value;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        task: { type: "string" },
        count: { type: "string", default: "1000" },
        seed: { type: "string", default: "1" },
        split: { type: "string", default: "train" },
        llm: { type: "string" },
        model: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    const sentence = (error as Error).message.split(/\.(?:\s|$)/u)[0];
    throw new UserError(`${sentence}; usage: ${USAGE}`);
  }
}

/**
 * The lines the command prints for its arguments.
 *
 * @throws UserError when an option is unknown, missing or out of range, or the language model fails.
 */
export async function instructionLines(
  args: readonly string[],
  options: { apiKey?: string } = {},
): Promise<string[]> {
  const values = parse(args);
  if (values.help) return HELP.split("\n");
  const task = TASKS.find((known) => known === values.task);
  if (!task) {
    throw new UserError(
      `--task must be one of ${TASKS.join(", ")}, got ${
        values.task === undefined ? "none" : `"${values.task}"`
      }`,
    );
  }
  const count = wholeNumber("count", values.count, 1, MOST_INSTRUCTIONS);
  const seed = wholeNumber("seed", values.seed, 0, Number.MAX_SAFE_INTEGER);
  if (values.split !== "train" && values.split !== "held-out") {
    throw new UserError(`--split must be train or held-out, got "${values.split}"`);
  }
  if ((values.llm === undefined) !== (values.model === undefined)) {
    throw new UserError(
      `--llm URL and --model NAME go together, got only --${values.llm === undefined ? "model" : "llm"}`,
    );
  }
  if (values.llm !== undefined && values.model !== undefined) {
    if (!/^https?:$/u.test(URL.parse(values.llm)?.protocol ?? "")) {
      throw new UserError(`--llm must be an http or https address, got "${values.llm}"`);
    }
    const model = { url: values.llm, model: values.model, apiKey: options.apiKey };
    return [...(await generateInstructions(task, model, { count })).instructions];
  }
  try {
    return (values.split === "train" ? trainingInstructions : heldOutInstructions)(task, { count, seed });
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}

/** Writes all of a text, or stops quietly when the reader has gone (`… | head`). */
function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EPIPE") return;
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

if (import.meta.main) {
  await runCommand(async () => {
    print(formatCorpus(await instructionLines(Deno.args, { apiKey: process.env.LLM_API_KEY })));
  });
}
