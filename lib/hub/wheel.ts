/**
 * Python wheels: zip files with METADATA (name, version), WHEEL (tags) and RECORD (path, SHA-256 and size of each member) in
 * NAME-VERSION.dist-info/.
 */
import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import { openFileSource, UserError } from "../engine/mod.ts";
import { readZipDirectory, readZipEntry } from "./zip_directory.ts";

/** METADATA and RECORD of large packages are a few hundred kB. */
const MAX_TEXT = 20_000_000;
const DIST_INFO = /^[^/]+\.dist-info\/[^/]+$/;

/** An opened wheel. */
export interface Wheel {
  /** Name of the package, as METADATA spells it. */
  readonly name: string;
  readonly version: string;
  /** Pythons and systems that it is for, such as "cp311-cp311-manylinux_2_28_x86_64"; at least one. */
  readonly tags: readonly string[];
  /**
   * Content of a member, checked against RECORD.
   *
   * @throws UserError when there is none of that path, or it is not what RECORD says.
   */
  read(path: string): Uint8Array;
  /** Gives the file handle back. */
  close(): void;
}

/** Hash of each path in a RECORD; undefined where it cannot be read. */
function hashesOf(record: string): ReadonlyMap<string, string> | undefined {
  try {
    const rows = parse(record, { relax_column_count: true }) as string[][];
    return new Map(rows.map(([path = "", hash = ""]) => [path, hash]));
  } catch {
    return undefined;
  }
}

/**
 * Opens a wheel.
 *
 * @throws UserError when the file is no sound zip file, or has no METADATA, WHEEL or RECORD.
 */
export async function openWheel(file: string): Promise<Wheel> {
  const source = openFileSource(file);
  const fail = (why: string): never => {
    throw new UserError(`Reading ${file} failed: ${why}`);
  };
  try {
    const entries = await readZipDirectory(source, { what: file, compressed: true });
    const text = (name: string): string => {
      const path = [...entries.keys()].find((each) => DIST_INFO.test(each) && each.endsWith(`/${name}`));
      const entry = path === undefined ? undefined : entries.get(path);
      if (entry === undefined) return fail(`expected a wheel, it has no *.dist-info/${name}`);
      if (entry.size > MAX_TEXT) fail(`its ${name} has ${entry.size} bytes, expected at most ${MAX_TEXT}`);
      return new TextDecoder().decode(readZipEntry(source, entry, { what: `${path} of ${file}` }));
    };
    const fields = (file: string, name: string): string[] => {
      const values = [...text(file).matchAll(new RegExp(`^${name}: *(\\S+)[ \\r]*$`, "gm"))]
        .map((match) => match[1] as string);
      return values.length > 0 ? values : fail(`its ${file} has no ${name}`);
    };
    const record = hashesOf(text("RECORD")) ?? fail("its RECORD is no CSV");
    return {
      name: fields("METADATA", "Name")[0] as string,
      version: fields("METADATA", "Version")[0] as string,
      tags: fields("WHEEL", "Tag"),
      read(member) {
        const entry = entries.get(member) ?? fail(`expected the member ${member}, it has none`);
        const content = readZipEntry(source, entry, { what: `${member} of ${file}` });
        const hash = `sha256=${createHash("sha256").update(content).digest("base64url")}`;
        if (record.get(member) !== hash) {
          fail(
            `expected ${member} as its RECORD has it (${
              record.get(member) || "no hash"
            }), got ${hash}: broken?`,
          );
        }
        return content;
      },
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}
