/** Reads and shows a figure that `reproduce` has written. No model runs. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../engine/mod.ts";
import { type Displayable, displayed, type Drawing, drawingBundle, drawingId } from "../plots/mod.ts";
import { drawFigure } from "./draw_figure.ts";
import { FIGURE_SCHEMA, type FigureResult, type StoredFigure } from "./figure_result.ts";

/**
 * Reads a folder such as `results/fig4/mini-quick/`.
 *
 * @throws UserError when files are missing or of another layout.
 */
export function readFigure(folder: string): StoredFigure {
  const read = (name: string) => {
    try {
      return Uint8Array.from(readFileSync(`${folder}/${name}`));
    } catch {
      throw new UserError(
        `Reading a stored figure failed: expected ${name} in ${folder}, got none; run deno task reproduce`,
      );
    }
  };
  const result = JSON.parse(new TextDecoder().decode(read("result.json"))) as FigureResult;
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

/** A drawing that shows itself. */
export interface ShownDrawing extends Displayable {
  /** What is shown. */
  readonly drawing: Drawing;
}

/**
 * A stored figure, drawn, that shows itself at the end of a cell.
 *
 * @param folder such as `results/fig4/mini-quick`.
 * @param options.id which of its drawings, such as "fig4-rule"; by default the first.
 * @throws UserError when the folder holds no figure.
 * @throws RangeError when it has no drawing of that id.
 */
export async function showFigure(folder: string, options: { id?: string } = {}): Promise<ShownDrawing> {
  const drawings = await drawFigure(readFigure(folder));
  const { id = drawingId(drawings[0] as Drawing) } = options;
  const drawing = drawings.find((each) => drawingId(each) === id);
  if (drawing === undefined) {
    throw new RangeError(`showFigure() knows ${drawings.map(drawingId).join(", ")} in ${folder}, got ${id}`);
  }
  return displayed({ drawing }, () => drawingBundle(drawing));
}
