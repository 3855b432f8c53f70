/** What trials of recipes share: their steps, a folder in which the tried part stands among committed ones, and the file that keeps the rows. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { atomicWrite } from "../lib/hub/mod.ts";
import { checkpointPath, encodeCheckpoint, readCheckpoint } from "../experiments/mini/checkpoints.ts";
import type { FinishedPart, Training } from "../experiments/parts/part.ts";

/** Trains for so many steps. */
export async function trainSteps(
  { step, batch }: Training,
  steps: number,
  { learningRate, done }: {
    readonly learningRate: (step: number) => number;
    /** Hears of every step's loss; the first is step 1. */
    readonly done: (step: number, loss: number) => void;
  },
): Promise<void> {
  for (let at = 0; at < steps; at++) {
    const { loss } = await step.run(await batch(at), { step: at, learningRate: learningRate(at) });
    done(at + 1, loss);
  }
}

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

/** {@link withTriedPart} for an adapter, beside the parts that it is measured with. */
export function withTriedAdapter<Found>(
  name: string,
  finished: FinishedPart,
  use: (folder: URL) => Promise<Found>,
): Promise<Found> {
  const beside = { base: "base", vae: "vae", encoder: "encoder", judge: "judge" };
  return withTriedPart({ name, finished, beside }, use);
}

/** Prints a trial's row and, where it is to be kept, puts it into a file of rows, in place of the one of the same recipe. */
export async function reportTrial<Trial extends { readonly recipe: string }>(
  file: URL,
  trial: Trial,
  { keep }: { readonly keep: boolean },
): Promise<void> {
  console.log(JSON.stringify(trial, null, 2));
  if (!keep) return;
  const kept: Trial[] = existsSync(file) ? JSON.parse(await Deno.readTextFile(file)) : [];
  const all = [...kept.filter(({ recipe }) => recipe !== trial.recipe), trial];
  await atomicWrite(fileURLToPath(file), JSON.stringify(all, null, 2) + "\n");
}
