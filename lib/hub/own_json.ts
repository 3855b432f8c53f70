import { readFileSync } from "node:fs";

/** What lies in a JSON file of our own that may be missing or half there, as one that a cache keeps or another process is just writing: then undefined. */
export function ownJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
