/** What trials of recipes share: a folder in which the tried part stands among committed ones, and the file that keeps the rows. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { atomicWrite } from "../lib/hub/mod.ts";
import { checkpointPath, encodeCheckpoint, readCheckpoint } from "../experiments/mini/checkpoints.ts";
import type { FinishedPart } from "../experiments/parts/part.ts";

/**
 * Uses a folder of checkpoints that is gone afterwards: a finished part beside others.
 *
 * @param beside committed parts by the name that they have there
 */
export async function withTriedPart<Found>(
  { name, finished, beside }: {
    readonly name: string;
    readonly finished: FinishedPart;
    readonly beside: Readonly<Record<string, string>>;
  },
  use: (folder: URL) => Promise<Found>,
): Promise<Found> {
  const place = mkdtempSync(join(tmpdir(), "recipes-"));
  try {
    const folder = pathToFileURL(`${place}/`);
    const put = (part: string, { tensors, config }: FinishedPart) =>
      Deno.writeFile(checkpointPath(part, folder), encodeCheckpoint(part, tensors, config));
    await put(name, finished);
    for (const [part, committed] of Object.entries(beside)) {
      await put(part, await readCheckpoint(committed, checkpointPath(committed)));
    }
    return await use(folder);
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** Puts a trial's row into a file of rows, in place of the one of the same recipe. */
export async function keepTrial<Trial extends { readonly recipe: string }>(
  file: URL,
  trial: Trial,
): Promise<void> {
  const kept: Trial[] = existsSync(file) ? JSON.parse(await Deno.readTextFile(file)) : [];
  const all = [...kept.filter(({ recipe }) => recipe !== trial.recipe), trial];
  await atomicWrite(fileURLToPath(file), JSON.stringify(all, null, 2) + "\n");
}
