/** Reads a figure that `reproduce` has written. No model runs. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../engine/mod.ts";
import { FIGURE_SCHEMA, type FigureResult, type StoredFigure } from "./figure_result.ts";

/**
 * Reads a folder such as `results/fig4/mini-quick/`; `Content` is what its experiment stores.
 *
 * @throws UserError when files are missing or of another layout.
 */
export function readFigure<Content = unknown>(folder: string): StoredFigure<Content> {
  const read = (name: string) => {
    try {
      return Uint8Array.from(readFileSync(`${folder}/${name}`));
    } catch {
      throw new UserError(
        `Reading a stored figure failed: expected ${name} in ${folder}, got none; run deno task reproduce`,
      );
    }
  };
  const result = JSON.parse(new TextDecoder().decode(read("result.json"))) as FigureResult<Content>;
  if (result.schema !== FIGURE_SCHEMA) {
    throw new UserError(
      `Reading a stored figure failed: expected ${FIGURE_SCHEMA} in ${folder}, got ${result.schema}`,
    );
  }
  return { result, read };
}

/** Longest first. */
const BUDGETS = ["full", "quick", "smoke"] as const;

/**
 * The longest run of a figure or of Table 1 that is stored: its full run where there is one, else the quick, else the smoke run.
 *
 * @param folder holds the runs, such as `results/fig7`.
 * @param options.scale default "mini".
 * @returns the run's folder, such as `results/fig7/mini-full`.
 * @throws UserError when none is stored at this scale.
 */
export function storedRun(folder: string, options: { scale?: "mini" | "paper" } = {}): string {
  const { scale = "mini" } = options;
  const runs = BUDGETS.map((budget) => `${folder}/${scale}-${budget}`);
  const found = runs.find((run) => existsSync(`${run}/result.json`));
  if (found !== undefined) return found;
  throw new UserError(
    `storedRun() expects ${scale}-${
      BUDGETS.join(`, ${scale}-`)
    } in ${folder}, got none; run deno task reproduce`,
  );
}
