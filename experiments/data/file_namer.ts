/** One name for each file, however it is spelled. */
import { type BigIntStats, statSync } from "node:fs";
import { resolve } from "node:path";

/** What the file system says of a path; nothing where it is not there, cannot be reached, or is no path at all. */
export function factsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/**
 * Names files so that two spellings of one have one name: by the file itself where it is there, which sees through links, `..`, and
 * letters that the file system does not distinguish.
 *
 * @param folder what relative paths start from.
 */
export function fileNamer(folder: string): (path: string) => string {
  const names = new Map<string, string>();
  return (path) => {
    const known = names.get(path);
    if (known !== undefined) return known;
    const place = resolve(folder, path), facts = factsOf(place);
    const name = facts ? `${facts.dev}:${facts.ino}` : place;
    names.set(path, name);
    return name;
  };
}
