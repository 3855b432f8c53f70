/**
 * What was built so far, a line for each candidate: appended and synced one by one, so that a kill loses the candidate at work and no other. A last line
 * that was cut is forgotten.
 */
import { Buffer } from "node:buffer";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { textLines, writeFailure } from "../../../lib/hub/mod.ts";

/** What became of a candidate. */
export type Outcome =
  | { readonly line: Readonly<Record<string, string>> }
  | { readonly broken: string };

/** An open journal. */
export interface BuildJournal {
  /** Outcomes by the candidates' names. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Adds one. @throws UserError when it cannot be written. */
  add(id: string, outcome: Outcome): void;
  close(): void;
}

/** Opens a journal, or begins one. @throws UserError when a line other than the last is damaged. */
export async function openBuildJournal(path: string): Promise<BuildJournal> {
  const outcomes = new Map<string, Outcome>();
  let end = 0, cut: number | undefined;
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
    for await (const { number, text = "" } of textLines(path)) {
      if (cut !== undefined) {
        throw new UserError(
          `Reading ${path} failed: expected a JSON object in line ${cut}, got something else`,
        );
      }
      try {
        const { id, ...outcome } = JSON.parse(text) as { id: string } & Outcome;
        outcomes.set(id, outcome as Outcome);
        end += Buffer.byteLength(text) + 1;
      } catch {
        cut = number;
      }
    }
  }
  let file: number;
  try {
    mkdirSync(dirname(path), { recursive: true });
    file = openSync(path, existsSync(path) ? "r+" : "w");
    if (cut !== undefined) ftruncateSync(file, end);
    // A kill may also have cut the last line's end alone.
    if (end > 0 && fstatSync(file).size < end) writeSync(file, Buffer.from("\n"), 0, 1, end - 1);
  } catch (error) {
    throw writeFailure(error, path);
  }
  let at = end;
  return {
    outcomes,
    add(id, outcome) {
      const bytes = Buffer.from(JSON.stringify({ id, ...outcome }) + "\n");
      try {
        for (let done = 0; done < bytes.length;) {
          done += writeSync(file, bytes, done, bytes.length - done, at + done);
        }
        fsyncSync(file);
      } catch (error) {
        throw writeFailure(error, path);
      }
      at += bytes.length;
      outcomes.set(id, outcome);
    },
    close: () => closeSync(file),
  };
}
