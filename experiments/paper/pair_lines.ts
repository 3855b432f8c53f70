/** The lines of a task's folder, as `deno task data build` makes them: what a pair shows and says. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { readText } from "../../lib/hub/mod.ts";
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import { type ControlnetName, controlnetOf, CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";
import { PAPER_DATASETS } from "./paper_datasets.ts";

/** The splits of a folder, a file of lines each. */
export const PAIR_SPLITS = ["train", "val"] as const;
/** Which of them. */
export type PairSplit = (typeof PAIR_SPLITS)[number];

/** Whether a ControlNet can be shown a pair's target: found in it, or given with it. */
export const isShown = ({ controls }: Pick<PairLine, "controls">, control: ControlnetName): boolean =>
  controlnetOf(control).readsEdges || controls?.[control] !== undefined;

/** Whether a ControlNet can be shown the target of any held-out pair. @throws UserError as {@link readPairs}. */
export const hasControl = (task: TaskId, folder: string, control: ControlnetName): boolean =>
  readPairs(task, folder, { split: "val", count: Infinity }).some((line) => isShown(line, control));

/** One pair's line. */
export interface PairLine {
  /** Paths below the folder. */
  readonly condition: string;
  readonly target: string;
  readonly prompt: string;
  /** What the condition shows; "" where no score of the task reads it. */
  readonly caption: string;
  /** The object's name, where the task names it. */
  readonly object?: string;
  /** Paths of what ControlNets are shown of the target, of those that cannot find it there themselves. */
  readonly controls?: Readonly<Partial<Record<ControlnetName, string>>>;
}

/** Name of the file of a split's lines. */
export const linesName = (split: PairSplit): string => `${split}.jsonl`;

/** Path of a split's lines. */
export const linesPath = (folder: string, split: PairSplit): string => join(folder, linesName(split));

/**
 * The first lines of a split.
 *
 * @param options.count how many; all there are, where they are fewer.
 * @throws UserError in one sentence when the file, a line or a field is not what `deno task data check` wants, or a held-out pair lacks the caption that
 * its task's scores need.
 */
export function readPairs(
  task: TaskId,
  folder: string,
  { split, count }: { readonly split: PairSplit; readonly count: number },
): PairLine[] {
  const path = linesPath(folder, split);
  const fail = (place: string, got: string): never => {
    throw new UserError(
      `Reading ${task} pairs failed: expected ${place} as deno task data check wants it, got ${got}`,
    );
  };
  if (!existsSync(path)) fail(path, "nothing there");
  const { fields } = PAPER_DATASETS[task];
  const has = (name: string) => fields.some((field) => field.name === name);
  const { objectWord } = taskOf(task).words;
  const given = CONTROLNETS.filter(({ name, readsEdges }) => !readsEdges && has(name));
  const lines: PairLine[] = [];
  for (const [i, text] of readText(path).split("\n").entries()) {
    if (lines.length === count) break;
    if (text.trim() === "") continue;
    const place = `${path}:${i + 1}`;
    let pair: Record<string, unknown> = {};
    try {
      pair = JSON.parse(text) ?? {};
    } catch {
      fail(place, "a line that is no JSON");
    }
    const of = (name: string): string => {
      const value = pair[name];
      return typeof value === "string" && value !== "" ? value : fail(place, `no "${name}"`);
    };
    const whole = has("target");
    const controls = given.filter(({ name }) => pair[name] !== undefined)
      .map(({ name }) => [name, of(name)] as const);
    lines.push({
      condition: of("condition"),
      // Where there is no target the condition is it, and the prompt describes both.
      target: of(whole ? "target" : "condition"),
      prompt: of("prompt"),
      caption: !whole ? of("prompt") : has("caption") && split === "val" ? of("caption") : "",
      ...(objectWord === null ? {} : { object: of("object") }),
      ...(controls.length === 0 ? {} : { controls: Object.fromEntries(controls) }),
    });
  }
  if (lines.length === 0) fail(path, "no pairs");
  return lines;
}
