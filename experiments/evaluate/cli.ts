/** `deno task evaluate <part>`: measures a frozen part on held-out data. Exit code 2 and one sentence when the question is wrong. */
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import process from "node:process";
import { UserError } from "../../lib/engine/mod.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { FAMILIES, loadBank } from "../../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../command_line.ts";
import {
  checkpointPath,
  CHECKPOINTS,
  CONTROLNET_NAMES,
  fileHash,
  JOINT_ADAPTER_ID,
  type PartId,
  readCheckpoint,
} from "../mini/checkpoints.ts";
import {
  EVALUATED,
  type EvaluatedPart,
  type Evaluation,
  type PartEvaluation,
  verdictOf,
} from "./evaluation.ts";
import { cardText, evaluationText, type RecipeFacts } from "./evaluation_text.ts";
import { sheetPng } from "./sheet.ts";

const USAGE = `deno task evaluate <${
  EVALUATED.filter((part) => !part.startsWith("lora-")).join("|")
}|lora-FAMILY> [--json] [--items N] [--out SHEET.png] [--card] [--checkpoints DIR]

Measures a committed checkpoint of the mini scale on scenes that no training has seen, and says whether it reaches its bar.
  --json             print one JSON object
  --items N          measure N items; a bar is judged only on as many items as it speaks of
  --out SHEET.png    also draw 32 of the pictures with their captions (all but encoder, judge and instructions)
  --card             also write the checkpoint's card, <part>.md, beside the checkpoint
  --checkpoints DIR  read the checkpoints from this folder (default: data/checkpoints)

Example: deno task evaluate base --out base.png`;

/** The measurement of a part; its module is loaded when asked for. */
async function partEvaluation(part: EvaluatedPart): Promise<PartEvaluation> {
  switch (part) {
    case "vae":
      return (await import("./vae.ts")).VAE;
    case "encoder":
      return (await import("./image_tower.ts")).ENCODER;
    case "judge":
      return (await import("./image_tower.ts")).JUDGE;
    case "base":
      return (await import("./base.ts")).BASE;
    case "ip-adapter-plus":
      return (await import("./ip_adapter_plus.ts")).IP_ADAPTER_PLUS;
    case JOINT_ADAPTER_ID:
      return (await import("./ip_adapter_instruct.ts")).IP_ADAPTER_INSTRUCT;
    case "instructions":
      return (await import("./instructions.ts")).INSTRUCTIONS;
  }
  const controlnet = CONTROLNET_NAMES.find((name) => part === `controlnet-${name}`);
  if (controlnet) return (await import("./controlnet.ts")).controlnetEvaluation(controlnet);
  const family = FAMILIES.find((name) => part === `lora-${name}`);
  if (family) return (await import("./lora.ts")).loraEvaluation(family);
  throw new RangeError(`No measurement of ${part}`);
}

/** Writes the card of a measured checkpoint beside it. */
async function writeCard(part: PartId, folder: URL, evaluation: Evaluation): Promise<URL> {
  const { config, tensors, hash } = await readCheckpoint(part, checkpointPath(part, folder));
  const { size } = await Deno.stat(checkpointPath(part, folder));
  const parameters = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
  const recipe = (config.recipe ?? {}) as RecipeFacts;
  const earlier = [config.earlier ?? []].flat() as RecipeFacts[];
  const path = new URL(`${part}.md`, folder);
  await atomicWrite(
    decodeURIComponent(path.pathname),
    cardText(evaluation, { recipe, earlier, parameters, bytes: size, hash }),
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
    throw new UserError(`Evaluating needs one part of ${EVALUATED.join(", ")}, got ${positionals.length}`);
  }
  const part = oneOf("Evaluating", positionals[0] as string, EVALUATED);
  const { checkpoints, items: count, measure } = await partEvaluation(part);
  const given = values.get("items");
  const items = given === undefined ? count.usual : wholeNumber("--items", given, count);
  const place = values.get("checkpoints");
  const folder = place === undefined ? CHECKPOINTS : pathToFileURL(`${resolve(place)}/`);
  const out = values.get("out");
  if (flags.has("card") && part === "instructions") {
    throw new UserError("--card expects a part with a checkpoint, got instructions");
  }
  if (out !== undefined && ["encoder", "judge", "instructions"].includes(part)) {
    throw new UserError(`--out expects a part that makes pictures, got ${part}`);
  }
  const hashes: Record<string, string> = {};
  for (const each of checkpoints) {
    const path = checkpointPath(each, folder);
    hashes[each] = await Deno.readFile(path).then(fileHash, () => {
      throw new UserError(
        `Evaluating ${part} needs the checkpoint ${decodeURIComponent(path.pathname)}, found none; ` +
          `make it with: deno task pretrain ${each}`,
      );
    });
  }
  const bank = await loadBank();
  const { method, scores, gallery } = await measure({ bank, folder, items });
  const evaluation: Evaluation = {
    part,
    method,
    items,
    checkpoints: hashes,
    data: bank.hash,
    scores: scores.map((score) => ({ ...score, verdict: verdictOf(score, items) })),
  };
  if (out !== undefined && gallery) {
    const subtitle = `mini scale, 64 x 64 pixels. ${method}`;
    await atomicWrite(out, await sheetPng(gallery, { title: `deno task evaluate ${part}`, subtitle }));
    notice(`wrote ${out}`);
  }
  if (flags.has("card")) {
    notice(`wrote ${decodeURIComponent((await writeCard(part as PartId, folder, evaluation)).pathname)}`);
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
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
  });
}
