/** `deno task evaluate <part>`: measures a frozen part on held-out data. Exit code 2 and one sentence when the question is wrong. */
import { pathToFileURL } from "node:url";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { UserError } from "../../lib/engine/mod.ts";
import { atomicWrite, checkWritable } from "../../lib/hub/mod.ts";
import { loadBank } from "../../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber, writeAll } from "../setting/command_line.ts";
import { checkpointPath, CHECKPOINTS, readCheckpoint, trainingsOf } from "../mini/checkpoints.ts";
import { shortHash } from "../pictures/short_hash.ts";
import { type Evaluation, type Measurement, verdictOf } from "../parts/measurement.ts";
import { PART_HELP, PARTS } from "../parts/mod.ts";
import type { Part } from "../parts/part.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { cardText, evaluationText, type RecipeFacts } from "./evaluation_text.ts";
import { sheetPng } from "./sheet.ts";
import { keepStretch, stretchOf } from "./stretches.ts";

/** What can be measured: the parts, and the instructions, which have no checkpoint. */
const MEASURED = new Map<
  string,
  { measurement: Measurement; part?: Part }
>([
  ...PARTS.map((part) => [part.name, { measurement: part.measurement, part }] as const),
  ["instructions", { measurement: INSTRUCTIONS }],
]);

const WITHOUT_PICTURES = [...MEASURED].filter(([, { measurement }]) => !measurement.pictures).map(([name]) =>
  name
);

const USAGE = `deno task evaluate <${
  [...PART_HELP.slice(0, -1), "instructions", PART_HELP.at(-1)].join("|")
}> [--json] [--items N] [--out SHEET.png] [--card] [--checkpoints DIR]

Measures a committed checkpoint of the mini scale on scenes that no training has seen, and says whether it reaches its bar.
  --json             print one JSON object
  --items N          measure N items; a bar is judged only on as many items as it speaks of
  --out SHEET.png    also render 32 of the pictures with their captions (all but ${
  WITHOUT_PICTURES.slice(0, -1).join(", ")
} and ${WITHOUT_PICTURES.at(-1)})
  --card             also write the checkpoint's card, <part>.md, beside the checkpoint; scores against
                     hours of training are kept in <part>.scores.json
  --checkpoints DIR  read the checkpoints from this folder (default: data/checkpoints)

Example: deno task evaluate base --out base.png`;

/** Writes the card of a measured checkpoint beside it. */
async function writeCard(
  { name: part, data, trials }: Part,
  folder: URL,
  evaluation: Evaluation,
): Promise<URL> {
  const { config, tensors, hash } = await readCheckpoint(part, checkpointPath(part, folder));
  const { size } = await Deno.stat(checkpointPath(part, folder));
  const parameters = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
  const trainings = trainingsOf<RecipeFacts>(config);
  const [recipe, earlier] = [trainings.at(-1) ?? {}, trainings.slice(0, -1)];
  const path = new URL(`${part}.md`, folder);
  const stretches = await keepStretch(
    new URL(`${part}.scores.json`, folder),
    stretchOf(evaluation, { checkpoint: hash, trainings }),
  );
  await atomicWrite(
    decodeURIComponent(path.pathname),
    cardText(evaluation, {
      data,
      recipe,
      earlier,
      parameters,
      bytes: size,
      hash,
      stretches,
      ...(trials ? { trials: await trials() } : {}),
    }),
  );
  return path;
}

/** Runs the command and returns what it prints. `notice` hears of side effects. @throws UserError for bad usage or files. */
export async function evaluate(
  args: readonly string[],
  options: { notice?: (text: string) => void; width?: number } = {},
): Promise<string> {
  const { notice = () => {}, width } = options;
  const { flags, values, positionals } = readOptions(args, {
    json: "flag",
    card: "flag",
    help: "flag",
    items: "value",
    out: "value",
    checkpoints: "value",
  });
  if (flags.has("help")) return `${USAGE}\n`;
  if (positionals.length !== 1) {
    throw new UserError(
      `Evaluating needs one part of ${[...MEASURED.keys()].join(", ")}, got ${positionals.length}`,
    );
  }
  const name = oneOf("Evaluating", positionals[0] as string, [...MEASURED.keys()]);
  const { measurement: { checkpoints, items: count, pictures, measure }, part } = MEASURED.get(name)!;
  const given = values.get("items");
  const items = given === undefined ? count.usual : wholeNumber("--items", given, count);
  const place = values.get("checkpoints");
  const folder = place === undefined ? CHECKPOINTS : pathToFileURL(`${resolve(place)}/`);
  const out = values.get("out");
  if (flags.has("card") && !part) {
    throw new UserError(`--card expects a part with a checkpoint, got ${name}`);
  }
  if (out !== undefined && !pictures) {
    throw new UserError(`--out expects a part that makes pictures, got ${name}`);
  }
  const hashes: Record<string, string> = {};
  for (const each of checkpoints) {
    const path = checkpointPath(each, folder);
    hashes[each] = await Deno.readFile(path).then(shortHash, () => {
      throw new UserError(
        `Evaluating ${name} needs the checkpoint ${decodeURIComponent(path.pathname)}, found none; ` +
          `make it with: deno task pretrain ${each}`,
      );
    });
  }
  if (out !== undefined) await checkWritable(dirname(resolve(out)));
  const bank = await loadBank();
  const { method, scores, gallery } = await measure({ bank, folder, items });
  const evaluation: Evaluation = {
    part: name,
    method,
    items,
    checkpoints: hashes,
    data: bank.hash,
    scores: scores.map((score) => ({ ...score, verdict: verdictOf(score, items) })),
  };
  if (out !== undefined && gallery) {
    const subtitle = `mini scale, 64 x 64 pixels. ${method}`;
    await atomicWrite(out, await sheetPng(gallery, { title: `deno task evaluate ${name}`, subtitle }));
    notice(`wrote ${out}`);
  }
  if (flags.has("card") && part) {
    notice(`wrote ${decodeURIComponent((await writeCard(part, folder, evaluation)).pathname)}`);
  }
  return flags.has("json")
    ? `${JSON.stringify(evaluation, null, 2)}\n`
    : evaluationText(evaluation, { ...(width ? { width } : {}) });
}

if (import.meta.main) {
  await runCommand(async () => {
    const text = await evaluate(process.argv.slice(2), {
      notice: (line) => console.error(line),
      width: process.stdout.columns ?? 110,
    });
    writeAll(1, text);
  });
}
