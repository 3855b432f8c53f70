/** Reads a figure that `reproduce` has written. No model runs. */
import { readFileSync } from "node:fs";
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
