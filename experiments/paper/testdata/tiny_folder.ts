/** Tests in a folder of tiny models. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Places } from "../locate_file.ts";
import { writeTinyModels } from "../tiny_models.ts";

/** Runs a test in such a folder. */
export async function inTinyFolder(test: (folder: string, places: Places) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "paper-"));
  try {
    writeTinyModels(folder);
    const settings = { cache: join(folder, "cache"), endpoint: "http://127.0.0.1:1", offline: true };
    await test(folder, { settings, folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
