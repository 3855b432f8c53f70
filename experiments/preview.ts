/**
 * `deno task preview --out sheet.png [--split train|val|pre] [--count 4] [--seed 0]`: draws items of the five tasks as one labelled
 * sheet: condition and target side by side, below them the instruction (I) and the prompt (T).
 */
import { parseArgs } from "node:util";
import { fold, key, stream, UserError } from "../lib/engine/mod.ts";
import { drawInstruction } from "../lib/instructions/grammar.ts";
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
import { runCommand } from "./command_line.ts";

const MOST = 12;

const USAGE = `deno task preview [--out sheet.png] [--split train|val|pre] [--count 4] [--seed 0]

Draws items of the five tasks as one labelled sheet: condition and target, below them the instruction (I) and the prompt (T).
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
    title: "The five tasks, mini data set",
    subtitle: `64 x 64 pixels, ${split} split, seed ${seed}, data ${bank.hash}. ` +
      "Art: Fluent (MIT), Noto (Apache-2.0), Twemoji (CC BY 4.0), OpenMoji (CC BY-SA 4.0), DiceBear artists; see data/NOTICE.md",
    rows,
  }, { zoom: 2 });
}

function previewCell(
  bank: Bank,
  task: TaskId,
  options: { split: Split; seed: number; place: number },
): GridCell {
  const { split, seed, place } = options;
  const random = stream(fold(key(seed), "preview", split, task, place));
  const index = 2 * random.int(0, 499) + place % 2; // even and odd items differ (zoomed faces, held-out styles)
  const pair = composePair(bank, { task, split, index });
  const wording = drawInstruction(random, task, split === "val" ? "held-out" : "train");
  const instruction = pair.objectName === undefined
    ? wording
    : wording.replace(/\bobject\b/i, pair.objectName);
  const picture = (pixels: Uint8Array) => ({ width: SIZE, height: SIZE, pixels });
  return {
    images: [picture(pair.condition), picture(pair.target)],
    captions: [{ text: `I: ${instruction}`, colour: "#0a58b5" }, { text: `T: ${pair.prompt}` }],
  };
}

function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
    throw new UserError(`--${name} must be a whole number from ${least} to ${most}, got "${text}"`);
  }
  return value;
}

async function main(args: readonly string[]): Promise<void> {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        out: { type: "string", default: "preview.png" },
        split: { type: "string", default: "train" },
        count: { type: "string", default: "4" },
        seed: { type: "string", default: "0" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new UserError((error as Error).message);
  }
  if (values.help) return console.log(USAGE);
  const split = SPLITS.find((name) => name === values.split);
  if (!split) throw new UserError(`--split must be one of ${SPLITS.join(", ")}, got "${values.split}"`);
  const count = wholeNumber("count", values.count, [1, MOST]);
  const seed = wholeNumber("seed", values.seed, [0, 2 ** 31 - 1]);
  const bank = await loadBank({
    onEvent: (event) => {
      if (event.kind === "building") console.error(`drawing ${event.path} (once) ...`);
      if (event.kind === "corrupted") console.error(`${event.path} is damaged, drawing it again`);
      if (event.kind === "unsaved") console.error(`keeping ${event.path} failed: ${event.reason}`);
    },
  });
  const sheet = await previewSheet(bank, { split, count, seed });
  try {
    await Deno.writeFile(values.out, sheet);
  } catch (error) {
    throw new UserError(`Writing ${values.out} failed: ${(error as Error).message}`);
  }
  console.log(`${values.out}: ${TASKS.length} tasks x ${count} items`);
}

if (import.meta.main) await runCommand(() => main(Deno.args));
