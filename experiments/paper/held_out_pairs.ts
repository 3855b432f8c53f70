/** Held-out pairs of the user's folders, read as they are asked for. */
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { UserError } from "../../lib/engine/mod.ts";
import { cannyEdges, fitPicture, onWhite, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import { type ControlnetName, controlnetOf } from "../../lib/tasks/controlnets/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { HeldOutPair, Scoring } from "../adapters/score_task.ts";
import { isShown, type PairLine, readPairs } from "./pair_lines.ts";
import { type PaperFolders, taskFolder } from "./paper_inputs.ts";

/** A picture of a pair. @throws UserError that says what was `doing` when it is not there, or no picture. */
export async function pairPicture(file: string, doing: string): ReturnType<typeof readPicture> {
  const bytes = await readFile(file).catch(() => {
    throw new UserError(`${doing} failed: expected the picture ${file}, got none`);
  });
  return await readPicture(new Uint8Array(bytes));
}

/** A held-out pair of the user's. */
export interface FolderPair extends HeldOutPair {
  /** What a ControlNet is shown of the target, of its size; where one was asked for. */
  readonly control?: RgbPicture;
}

/** The pictures of a pair. */
async function heldOut(
  { task, folder, line, index, side, control }: {
    readonly task: TaskId;
    readonly folder: string;
    readonly line: PairLine;
    readonly index: number;
    readonly side: number;
    readonly control: ControlnetName | undefined;
  },
): Promise<FolderPair> {
  const read = (path: string) => pairPicture(join(folder, path), `Scoring ${task} pairs`);
  const square = { width: side, height: side, fit: "crop" } as const;
  const [condition, whole] = [await read(line.condition), await read(line.target)];
  const target = fitPicture(whole, square);
  const given = control === undefined ? undefined : line.controls?.[control];
  return {
    task,
    index,
    objectName: line.object,
    prompt: line.prompt,
    conditionCaption: line.caption,
    condition: onWhite(condition),
    shown: fitPicture(condition, square),
    target,
    ...(given !== undefined
      ? { control: fitPicture(await read(given), square) }
      : control !== undefined && controlnetOf(control).readsEdges
      ? { control: cannyEdges(target) }
      : {}),
  };
}

/**
 * The first held-out pairs of each task, `items` at most.
 *
 * @param options.side of the sampled pictures, in pixels.
 * @param options.control a ControlNet: with what it is shown of the targets, of the pairs that have it.
 */
export function heldOutPairs(
  folders: PaperFolders,
  { items, side, control }: {
    readonly items: number;
    readonly side: number;
    readonly control?: ControlnetName;
  },
): Required<Pick<Scoring<FolderPair>, "available" | "pairs">> {
  const lines = new Map<TaskId, readonly PairLine[]>();
  const linesOf = (task: TaskId): readonly PairLine[] => {
    const known = lines.get(task) ??
      readPairs(task, taskFolder(folders, task), { split: "val", count: items })
        .filter((line) => control === undefined || isShown(line, control));
    lines.set(task, known);
    return known;
  };
  return {
    available: (task) => Promise.resolve(linesOf(task).length),
    pairs: (task, first, count) =>
      Promise.all(
        linesOf(task).slice(first, first + count).map((line, i) =>
          heldOut({ task, folder: taskFolder(folders, task), line, index: first + i, side, control })
        ),
      ),
  };
}
