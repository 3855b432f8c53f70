/**
 * `deno task instructions --task style --count 1000 --seed 1 [--split train|held-out] [--llm URL --model NAME]`: prints instructions for a
 * task, one per line; from the written grammar, or from a language model behind an OpenAI-compatible endpoint (its key, if it asks for
 * one, in the environment variable LLM_API_KEY). Exit code 2 and one sentence when an option is wrong or the model fails.
 */
import process from "node:process";
import { UserError } from "../lib/engine/mod.ts";
import {
  formatCorpus,
  generateInstructions,
  heldOutInstructions,
  MOST_INSTRUCTIONS,
  trainingInstructions,
} from "../lib/instructions/mod.ts";
import { TASKS } from "../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber, writeAll } from "./setting/command_line.ts";
import { languageModelOf } from "./setting/language_model.ts";

const USAGE =
  "deno task instructions --task TASK [--count N] [--seed N] [--split train|held-out] [--llm URL --model NAME]";

const HELP = `${USAGE}

Prints instructions for a task, one per line; none holds another task's keyword.
  --task TASK      ${TASKS.join(", ")}
  --count N        how many (default 1000)
  --seed N         the same seed gives the same lines (default 1)
  --split NAME     train, or held-out: other templates (default train)
  --llm URL        ask a language model behind this OpenAI-compatible address; its key, if any, in LLM_API_KEY;
                   what is left out of its answers goes to the error stream, with the reason
  --model NAME     the language model's name

Example: deno task instructions --task style --count 20 --split held-out`;

/**
 * The lines the command prints for its arguments. `tell` is given a sentence for each part of a language model's answer that was left out.
 *
 * @throws UserError when an option is unknown, missing or out of range, or the language model fails.
 */
export async function instructionLines(
  args: readonly string[],
  options: { apiKey?: string; tell?: (line: string) => void } = {},
): Promise<string[]> {
  const { flags, values, positionals } = readOptions(args, {
    task: "value",
    count: "value",
    seed: "value",
    split: "value",
    llm: "value",
    model: "value",
    help: "flag",
  });
  if (flags.has("help")) return HELP.split("\n");
  if (positionals.length > 0) {
    throw new UserError(
      `deno task instructions takes options only, got "${positionals[0]}"; usage: ${USAGE}`,
    );
  }
  const asked = values.get("task");
  if (asked === undefined) throw new UserError(`--task expects one of ${TASKS.join(", ")}, got none`);
  const task = oneOf("--task", asked, TASKS);
  const count = wholeNumber("--count", values.get("count") ?? "1000", { low: 1, high: MOST_INSTRUCTIONS });
  const seed = wholeNumber("--seed", values.get("seed") ?? "1", { low: 0, high: Number.MAX_SAFE_INTEGER });
  const split = oneOf("--split", values.get("split") ?? "train", ["train", "held-out"]);
  const model = languageModelOf(values, { apiKey: options.apiKey });
  if (model !== undefined) {
    const { instructions, rejected, dropped } = await generateInstructions(task, model, { count });
    for (const { text, reason } of [...dropped, ...rejected]) {
      options.tell?.(`left out (${reason}): ${text.replace(/\s+/gu, " ").slice(0, 200)}`);
    }
    return [...instructions];
  }
  try {
    return (split === "train" ? trainingInstructions : heldOutInstructions)(task, { count, seed });
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}

if (import.meta.main) {
  await runCommand(async () => {
    const tell = (line: string) => console.error(line);
    writeAll(1, formatCorpus(await instructionLines(Deno.args, { apiKey: process.env.LLM_API_KEY, tell })));
  });
}
