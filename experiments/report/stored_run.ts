/** Which run of an experiment a notebook shows. */
import { UserError } from "../../lib/engine/mod.ts";
import { presentRuns, runNames, storedRuns } from "../../lib/report/mod.ts";
import type { ScaleId } from "../setting/scales.ts";
import { partHashes } from "./part_hashes.ts";

/**
 * The largest run of a figure or of Table 1 that the present frozen parts made; where there is none, the largest of all. Full is larger than
 * quick, quick than smoke.
 *
 * @param folder holds the runs, such as `results/fig7`.
 * @param options.scale default "mini".
 * @param options.parts SHA-256 by path of the frozen parts; default those in data/checkpoints.
 * @returns the run's folder, such as `results/fig7/mini-full`.
 * @throws UserError when none is stored at this scale, or one is damaged or of another layout.
 */
export function storedRun(
  folder: string,
  options: { scale?: ScaleId; parts?: Readonly<Record<string, string>> } = {},
): string {
  const { scale = "mini", parts = partHashes() } = options;
  const [run] = presentRuns(storedRuns(folder).filter((each) => each.scale === scale), parts);
  if (run !== undefined) return run.folder;
  const names = runNames(scale);
  throw new UserError(
    `storedRun() expects ${names.join(", ")} in ${folder}, got none; run deno task reproduce`,
  );
}
