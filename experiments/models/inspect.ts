/** Where the files of a scale are on this machine, and whether they are what they should be. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors, UserError } from "../../lib/engine/mod.ts";
import { contentHash, findCached, openWeightFile, readText, verifyCached } from "../../lib/hub/mod.ts";
import { checkpointPath, CHECKPOINTS, readCheckpoint } from "../mini/checkpoints.ts";
import { PARTS } from "../parts/mod.ts";
import { locate, type Places } from "../paper/locate_file.ts";
import type { ScaleId } from "../setting/scales.ts";
import type { PaperCommand, PaperFile } from "../paper/paper_files.ts";

/** What was found about one file. */
export interface FileReport {
  readonly scale: ScaleId;
  readonly part: string;
  /** Commands that need it; none: it is optional. */
  readonly neededBy: readonly PaperCommand[];
  /** Where it comes from: OWNER/NAME/PATH on the hub, or the command that makes it. */
  readonly source: string;
  /** Licence as the card states it. */
  readonly licence: string;
  /** Bytes found, else those expected; absent where neither is known. */
  readonly bytes?: number;
  /** Path on this machine; absent where it is not there. */
  readonly found?: string;
  /** "missing", "sound" (names, shapes and hash as they should be), "fits" (names and shapes; no hash is known), or "wrong". */
  readonly state: "missing" | "sound" | "fits" | "wrong";
  /** What is wrong. */
  readonly problem?: string;
}

/** The licence in the front matter of a model card. */
export function cardLicence(card: string): string {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? "";
  return /^license:[ \t]*["']?([^"'\r\n#]+?)["']?[ \t]*$/m.exec(front)?.[1] ?? "not stated";
}

function licenceOf(file: PaperFile, { settings }: Places): string {
  const card = findCached(settings.cache, { repo: file.repo, path: "README.md" });
  if (card !== undefined) return cardLicence(readFileSync(card, "utf8"));
  return file.licence ?? "not known here: its card has not been downloaded";
}

/** Whether the content's hash is right; undefined where none is known. */
function hashIsRight(file: PaperFile, path: string): boolean | undefined {
  const named = verifyCached(path);
  if (named !== "unnamed") return named === "sound";
  return file.sha256 === undefined || !path.endsWith(".safetensors")
    ? undefined
    : contentHash(path, 64) === file.sha256;
}

async function check(
  file: PaperFile,
  path: string,
  hashes: boolean,
): Promise<Pick<FileReport, "state" | "problem">> {
  try {
    if (file.checkText) {
      file.checkText(readText(path), (name) => {
        const other = join(dirname(path), name);
        if (!existsSync(other)) throw new UserError(`expected ${name} beside it, got none`);
        return readText(other);
      });
    }
    if (file.check) {
      const weights = await openWeightFile(path);
      try {
        file.check(weights);
      } finally {
        weights.close();
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: "wrong", problem: error.message };
  }
  const right = hashes ? hashIsRight(file, path) : undefined;
  if (right === false) return { state: "wrong", problem: "its content does not match its hash" };
  return { state: right ? "sound" : "fits" };
}

/** Inspects one published file. `hashes` false: names and shapes only, which takes no time. */
export async function inspectPaperFile(
  file: PaperFile,
  places: Places,
  options: { hashes?: boolean } = {},
): Promise<FileReport> {
  const facts = {
    scale: "paper" as const,
    part: file.part,
    neededBy: file.neededBy,
    source: `${file.repo}/${file.path}`,
    licence: licenceOf(file, places),
  };
  const found = locate(file, places);
  if (found === undefined) {
    return { ...facts, ...(file.bytes === undefined ? {} : { bytes: file.bytes }), state: "missing" };
  }
  return {
    ...facts,
    bytes: statSync(found).size,
    found,
    ...await check(file, found, options.hashes ?? true),
  };
}

/** A checkpoint of the mini scale: what reads it, and the command that makes it. */
interface MiniFile {
  readonly part: string;
  readonly neededBy: readonly PaperCommand[];
  readonly url: URL;
  readonly source: string;
  readonly read: (path: string) => Promise<unknown>;
  /** What it is once it was read. */
  readonly found: "sound" | "fits";
}

/** Files of what adapters are made with, then the adapter, which may also be one of Table 1's. */
function miniFiles(folder: URL): MiniFile[] {
  return PARTS.filter(({ kind }) => kind !== "addition").map(({ name: part, kind }): MiniFile => {
    const url = checkpointPath(part, folder);
    return kind === "frozen"
      ? {
        part,
        neededBy: ["generate", "reproduce"],
        url,
        source: `deno task pretrain ${part}`,
        read: (path) => readCheckpoint(part, path),
        found: "sound",
      }
      : {
        part,
        neededBy: ["generate"],
        url,
        source: "deno task reproduce table1",
        read: async (path) => readSafetensors(await Deno.readFile(path), { what: path }),
        found: "fits",
      };
  });
}

/** Inspects the committed checkpoints of the mini scale: the frozen parts by the checksum in their headers, the adapter as a file. */
export function inspectMiniFiles(folder: URL = CHECKPOINTS): Promise<FileReport[]> {
  return Promise.all(
    miniFiles(folder).map(async ({ part, neededBy, url, source, read, found }): Promise<FileReport> => {
      const path = fileURLToPath(url);
      const facts = {
        scale: "mini" as const,
        part,
        neededBy,
        source,
        licence: "Apache-2.0; trained on pictures under the licences in data/NOTICE.md",
      };
      if (!existsSync(path)) return { ...facts, state: "missing" };
      const there = { ...facts, bytes: statSync(path).size, found: path };
      try {
        await read(path);
        return { ...there, state: found };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { ...there, state: "wrong", problem: error.message };
      }
    }),
  );
}
