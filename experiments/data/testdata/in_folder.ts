/** Tests in a folder that is gone afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a test in a fresh folder. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "data-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
