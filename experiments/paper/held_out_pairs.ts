/** Held-out pairs of the user's folders, read as they are asked for. */
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { UserError } from "../../lib/engine/mod.ts";
import { fitPicture, onWhite, readPicture } from "../../lib/raster/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { HeldOutPair, Scoring } from "../adapters/score_task.ts";
import { type PairLine, readPairs } from "./pair_lines.ts";
import { type PaperFolders, taskFolder } from "./paper_inputs.ts";

/** A picture of a pair. @throws UserError that says what was `doing` when it is not there, or no picture. */
export async function pairPicture(file: string, doing: string): ReturnType<typeof readPicture> {
  const bytes = await readFile(file).catch(() => {
    throw new UserError(`${doing} failed: expected the picture ${file}, got none`);
  });
  return await readPicture(new Uint8Array(bytes));
}

/** The pictures of a pair. */
async function heldOut(
  { task, folder, line, index, side }: {
    readonly task: TaskId;
    readonly folder: string;
    readonly line: PairLine;
    readonly index: number;
    readonly side: number;
  },
): Promise<HeldOutPair> {
  const read = (path: string) => pairPicture(join(folder, path), `Scoring ${task} pairs`);
  const square = { width: side, height: side, fit: "crop" } as const;
  const [condition, target] = [await read(line.condition), await read(line.target)];
  return {
    task,
    index,
    objectName: line.object,
    prompt: line.prompt,
    conditionCaption: line.caption,
    condition: onWhite(condition),
    shown: fitPicture(condition, square),
    target: fitPicture(target, square),
  };
}

/**
 * The first held-out pairs of each task, `items` at most.
 *
 * @param options.side of the sampled pictures, in pixels.
 */
export function heldOutPairs(
  folders: PaperFolders,
  { items, side }: { readonly items: number; readonly side: number },
): Required<Pick<Scoring<HeldOutPair>, "available" | "pairs">> {
  const lines = new Map<TaskId, readonly PairLine[]>();
  const linesOf = (task: TaskId): readonly PairLine[] => {
    const known = lines.get(task) ??
      readPairs(task, taskFolder(folders, task), { split: "val", count: items });
    lines.set(task, known);
    return known;
  };
  return {
    available: (task) => Promise.resolve(linesOf(task).length),
    pairs: (task, first, count) =>
      Promise.all(
        linesOf(task).slice(first, first + count).map((line, i) =>
          heldOut({ task, folder: taskFolder(folders, task), line, index: first + i, side })
        ),
      ),
  };
}
