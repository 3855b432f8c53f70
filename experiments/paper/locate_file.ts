/** Where a published file is on this machine. */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { findCached, type HubSettings, hubSettings } from "../../lib/hub/mod.ts";
import type { PaperFile } from "./paper_files.ts";

/** Where to look. */
export interface Places {
  readonly settings: HubSettings;
  /** A local folder in diffusers' layout, looked through first. */
  readonly folder?: string;
}

/** Where to look when a folder is given, or none. @throws UserError when there is no such folder. */
export function placesOf(folder: string | undefined): Places {
  if (folder !== undefined && !(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw new UserError(`--models expects a folder, got ${folder}`);
  }
  return { settings: hubSettings(), ...(folder === undefined ? {} : { folder: resolve(folder) }) };
}

/** Path of a file on this machine, or nothing. */
export function locate(file: PaperFile, { settings, folder }: Places): string | undefined {
  if (folder !== undefined) {
    const local = file.local.map((path) => join(folder, path)).find((path) => existsSync(path));
    if (local !== undefined) return local;
  }
  return findCached(settings.cache, file);
}
