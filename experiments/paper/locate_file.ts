/** Where a published file is on this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findCached, type HubSettings } from "../../lib/hub/mod.ts";
import type { PaperFile } from "./paper_files.ts";

/** Where to look. */
export interface Places {
  readonly settings: HubSettings;
  /** A local folder in diffusers' layout, looked through first. */
  readonly folder?: string;
}

/** Path of a file on this machine, or nothing. */
export function locate(file: PaperFile, { settings, folder }: Places): string | undefined {
  if (folder !== undefined) {
    const local = file.local.map((path) => join(folder, path)).find((path) => existsSync(path));
    if (local !== undefined) return local;
  }
  return findCached(settings.cache, file);
}
