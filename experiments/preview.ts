/**
 * `deno task preview --out sheet.png [--split train|val|pre] [--count 4] [--seed 0]`: renders items of all tasks as one labelled
 * sheet: condition and target side by side, below them the instruction (I) and the prompt (T).
 */
import { resolve } from "node:path";
import { fold, key, stream, UserError } from "../lib/engine/mod.ts";
import { atomicWrite } from "../lib/hub/mod.ts";
import { sampleFromGrammar } from "../lib/instructions/grammar.ts";
import { namedInstruction } from "../lib/instructions/mod.ts";
import { type GridCell, type GridRow, imageGridPng } from "../lib/plots/image_grid.ts";
import {
  type Bank,
  composePair,
  loadBank,
  SIZE,
  type Split,
  SPLITS,
  type TaskId,
  TASKS,
} from "../lib/tasks/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "./setting/command_line.ts";

const MOST = 12;

const USAGE = `deno task preview [--out sheet.png] [--split train|val|pre] [--count 4] [--seed 0]

Renders items of all tasks as one labelled sheet: condition and target, below them the instruction (I) and the prompt (T).
  --out FILE     the PNG (default preview.png)
  --split NAME   ${SPLITS.join(", ")} (default train)
  --count N      items of each task, 1 to ${MOST} (default 4)
  --seed N       which items; the same seed gives the same sheet (default 0)

Example: deno task preview --out sheet.png --split val`;

export interface PreviewOptions {
  readonly split: Split;
  /** Items of each task. */
  readonly count: number;
  /** Which items: the same seed gives the same sheet. */
  readonly seed: number;
}

/** The sheet as PNG bytes. */
export async function previewSheet(bank: Bank, options: PreviewOptions): Promise<Uint8Array> {
  const { split, count, seed } = options;
  const rows = TASKS.map((task): GridRow => ({
    name: task,
    note: "condition | target",
    cells: Array.from({ length: count }, (_, i) => previewCell(bank, task, { split, seed, place: i })),
  }));
  return await imageGridPng({
    title: "The tasks, mini data set",
    subtitle: `64 x 64 pixels, ${split} split, seed ${seed}, data ${bank.hash}. ` +
      "Art: Fluent (MIT), Noto (Apache-2.0), Twemoji (CC BY 4.0), OpenMoji (CC BY-SA 4.0), DiceBear artists; see data/NOTICE.md",
    rows,
  }, { zoom: 2 });
}

/** One item of the sheet: its two pictures, instruction and prompt. */
export function previewCell(
  bank: Bank,
  task: TaskId,
  options: { split: Split; seed: number; place: number },
): GridCell {
  const { split, seed, place } = options;
  const random = stream(fold(key(seed), "preview", split, task, place));
  const index = 2 * random.int(0, 499) + place % 2; // even and odd items differ (zoomed faces, held-out styles)
  const pair = composePair(bank, { task, split, index });
  const wording = sampleFromGrammar(random, task, split === "val" ? "held-out" : "train");
  const instruction = namedInstruction(wording, pair);
  const picture = (pixels: Uint8Array) => ({ width: SIZE, height: SIZE, pixels });
  return {
    images: [picture(pair.condition), picture(pair.target)],
    captions: [{ text: `I: ${instruction}`, colour: "#0a58b5" }, { text: `T: ${pair.prompt}` }],
  };
}

async function main(args: readonly string[]): Promise<void> {
  const { flags, values, positionals } = readOptions(args, {
    out: "value",
    split: "value",
    count: "value",
    seed: "value",
    help: "flag",
  });
  if (flags.has("help")) return console.log(USAGE);
  if (positionals.length > 0) {
    throw new UserError(`deno task preview takes options only, got "${positionals[0]}"; try --out`);
  }
  const out = values.get("out") ?? "preview.png";
  const split = oneOf("--split", values.get("split") ?? "train", SPLITS);
  const count = wholeNumber("--count", values.get("count") ?? "4", { low: 1, high: MOST });
  const seed = wholeNumber("--seed", values.get("seed") ?? "0", { low: 0, high: 2 ** 31 - 1 });
  const bank = await loadBank({
    onEvent: (event) => {
      if (event.kind === "building") console.error(`drawing ${event.path} (once) ...`);
      if (event.kind === "corrupted") console.error(`${event.path} is damaged, drawing it again`);
      if (event.kind === "unsaved") console.error(`keeping ${event.path} failed: ${event.reason}`);
    },
  });
  const sheet = await previewSheet(bank, { split, count, seed });
  await atomicWrite(resolve(out), sheet);
  console.log(`${out}: ${TASKS.length} tasks x ${count} items`);
}

if (import.meta.main) await runCommand(() => main(Deno.args));
