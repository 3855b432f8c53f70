/**
 * What an experiment of the paper's scale reads that is not of the repository: a folder of weights and a folder of the tasks' pairs. Paths say where they
 * are now; what determines an output is their content, by hash.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CACHE } from "../adapters/shared.ts";
import { UserError } from "../../lib/engine/mod.ts";
import { sha256 } from "../../lib/hub/mod.ts";
import type { ControlnetName } from "../../lib/tasks/controlnets/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import { namedHash, openFileHashes } from "./file_hashes.ts";
import { locate, placesOf } from "./locate_file.ts";
import { linesPath, PAIR_SPLITS, type PairSplit, readPairs } from "./pair_lines.ts";
import { PAPER_FILES, paperFile, type PaperRole } from "./paper_files.ts";

/** Where they are. */
export interface PaperFolders {
  /** A folder in diffusers' layout, looked through before the hub's cache. */
  readonly models?: string;
  /** Holds a folder for each task, named by it. */
  readonly data?: string;
}

/** What training and scoring need of the published files. */
export const TRAINING_ROLES: readonly PaperRole[] = PAPER_FILES
  .filter(({ neededBy }) => neededBy.includes("reproduce")).map(({ role }) => role);

/** What determines an encoding. */
const ENCODING_ROLES: readonly PaperRole[] = ["vae", "vocabulary", "merges", "vision", "instruction"];

/** What determines a training or a scoring. */
const ALL_ROLES: readonly PaperRole[] = [...TRAINING_ROLES, "schedule"];

/** What determines the embedding of an instruction. */
const INSTRUCTION_ROLES: readonly PaperRole[] = ["vocabulary", "merges", "instruction"];

/** Roles of weights, by what reads them. */
export const ROLES = {
  instructions: INSTRUCTION_ROLES,
  encoding: ENCODING_ROLES,
  training: ALL_ROLES,
} as const;

/** Files of a role on this machine: the weights, and the sizes beside them. */
function filesOf(role: PaperRole, { models }: PaperFolders): readonly [name: string, path: string][] {
  const path = locate(paperFile(role), placesOf(models));
  if (path === undefined) return [];
  const config = join(dirname(path), "config.json");
  return [[role, path], ...(existsSync(config) ? [[`${role} config.json`, config] as [string, string]] : [])];
}

/** SHA-256 of the files of roles, by name; of those that are on this machine. @throws UserError when there is no such folder. */
export function modelHashes(folders: PaperFolders, roles: readonly PaperRole[]): Record<string, string> {
  const hashes = openFileHashes(folders.models ?? "the hub's cache", CACHE);
  const found = roles.flatMap((role) => filesOf(role, folders));
  const named = Object.fromEntries(found.map(([name, path]) => [name, namedHash(path) ?? hashes.of(path)]));
  hashes.save();
  return named;
}

/** The roles among some whose files are not on this machine. */
export const missingRoles = (folders: PaperFolders, roles: readonly PaperRole[]): readonly PaperRole[] =>
  roles.filter((role) => locate(paperFile(role), placesOf(folders.models)) === undefined);

/** A task's folder. @throws UserError when no data are named. */
export function taskFolder({ data }: PaperFolders, task: TaskId): string {
  if (data !== undefined) return join(data, task);
  throw new UserError(`Reading ${task} pairs needs --data DIR with a folder ${task} in it, got none`);
}

/** Files of pairs that are not there, of some tasks. */
export const missingPairs = ({ data }: PaperFolders, tasks: readonly TaskId[]): readonly string[] =>
  data === undefined
    ? []
    : tasks.flatMap((task) => PAIR_SPLITS.map((split) => linesPath(join(data, task), split)))
      .filter((path) => !existsSync(path));

/** How many pairs of each split are read. */
export interface PairCounts {
  readonly trainItems: number;
  readonly validationItems: number;
  /** A ControlNet: of the pairs that have it, also what it is shown. */
  readonly control?: ControlnetName;
}

/**
 * SHA-256 over a task's first pairs of each split, texts and pictures; nothing where there are none.
 *
 * @throws UserError in one sentence when a line is not what it should be, or a picture is missing.
 */
export function pairHashes(
  folders: PaperFolders,
  task: TaskId,
  { trainItems, validationItems, control }: PairCounts,
): Record<string, string> {
  if (folders.data === undefined) return {};
  const folder = taskFolder(folders, task);
  const hashes = openFileHashes(folder, CACHE);
  const counts: Readonly<Record<PairSplit, number>> = { train: trainItems, val: validationItems };
  const found: Record<string, string> = {};
  for (const split of PAIR_SPLITS) {
    const path = linesPath(folder, split);
    if (counts[split] === 0 || !existsSync(path)) continue;
    const pairs = readPairs(task, folder, { split, count: counts[split] });
    const lines = pairs.map(({ condition, target, controls, ...texts }) => {
      const shown = control === undefined ? undefined : controls?.[control];
      const pictures = [condition, target].map((path) => pictureHashOf(hashes, folder, path));
      const own = shown === undefined ? [] : [pictureHashOf(hashes, folder, shown)];
      return JSON.stringify([...pictures, texts, ...own]);
    });
    found[`${task}/${basename(path)}`] = sha256(lines.join("\n"));
  }
  hashes.save();
  return found;
}

function pictureHashOf(hashes: ReturnType<typeof openFileHashes>, folder: string, path: string): string {
  try {
    return hashes.of(join(folder, path));
  } catch {
    throw new UserError(`Reading pairs failed: expected the picture ${join(folder, path)}, got none`);
  }
}
