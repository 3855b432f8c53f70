/** A command that is killed on its way, and what must be there in the end however often that was. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../lib/hub/mod.ts";

/** How a command is started. */
export interface VictimCommand {
  /** Script and arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Files of a run by path: what two runs must agree on. */
export type Ends = ReadonlyMap<string, string>;

/** A command under test. */
export interface Victim {
  readonly name: string;
  /** What is run, for people. */
  readonly about: string;
  /** Most kills before it is left to end: a long command is killed several times on its way. */
  readonly inTurn: number;
  /** What is made once, before any run. */
  prepare?(): Promise<void>;
  /** The command, all of whose files lie below `folder`. */
  command(folder: string): VictimCommand;
  /** What it left. */
  ends(folder: string): Promise<Ends> | Ends;
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? pathsBelow(join(folder, entry.name)).map((path) => join(entry.name, path))
      : [entry.name]
  ).sort();
}

/**
 * The contents below a folder, links as where they lead; unfinished files, which nothing reads, are left out.
 *
 * @param options.wanted which paths, from the folder on, are compared; all if absent.
 * @param options.read what of a file is compared; all of it if absent.
 */
export function endsBelow(
  folder: string,
  { wanted = () => true, read = readFileSync }: {
    wanted?: (path: string) => boolean;
    read?: (path: string) => Uint8Array;
  } = {},
): Ends {
  return new Map(
    pathsBelow(folder).filter((path) => wanted(path) && !path.includes(".partial")).map((path) => {
      const whole = join(folder, path);
      return [
        path,
        lstatSync(whole).isSymbolicLink() ? `to ${readlinkSync(whole)}` : sha256(read(whole)),
      ];
    }),
  );
}

/** Number of unfinished files and folders below a folder. */
export function leftoversBelow(folder: string): number {
  const names = pathsBelow(folder).flatMap((path) => /^.*?\.partial/.exec(path)?.[0] ?? []);
  return new Set(names).size;
}

/** What differs between two ends, in words; nothing when they agree. */
export function differences(expected: Ends, found: Ends): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((path) => {
    if (!found.has(path)) return [`${path} is missing`];
    if (!expected.has(path)) return [`${path} is there in addition`];
    return expected.get(path) === found.get(path) ? [] : [`${path} is another`];
  });
}
