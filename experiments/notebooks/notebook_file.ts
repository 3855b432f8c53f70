/**
 * Notebook files (nbformat 4) as far as the runner reads them. A code cell declares what it must show in its metadata:
 * `"expect": {"text/html": 1, "image/png": 1}`, MIME type → number of outputs that carry it. Only text/plain may be left out.
 */
import { UserError } from "../../lib/engine/errors.ts";
import { readText } from "../../lib/hub/mod.ts";

/** A code cell. */
export interface CodeCell {
  /** Number among the notebook's code cells, from 1. */
  readonly number: number;
  readonly source: string;
  /** Number of outputs by MIME type that the cell declares. */
  readonly expect: Readonly<Record<string, number>>;
  /** Number of outputs stored in the file. */
  readonly stored: number;
}

/** A notebook. */
export interface Notebook {
  readonly cells: readonly CodeCell[];
  /** Name of its kernelspec, such as "deno". */
  readonly kernel: string;
}

interface RawCell {
  readonly cell_type?: unknown;
  readonly source?: unknown;
  readonly metadata?: { readonly expect?: unknown };
  readonly outputs?: readonly unknown[];
}

function expectation(where: string, expect: unknown): Record<string, number> {
  if (expect === undefined) return {};
  const entries = Object.entries(expect ?? {});
  if (entries.every(([type, count]) => type.includes("/") && Number.isInteger(count) && count >= 1)) {
    return Object.fromEntries(entries);
  }
  throw new UserError(
    `${where} expects "expect" as MIME types with whole numbers from 1, got ${JSON.stringify(expect)}`,
  );
}

/**
 * Reads a notebook.
 *
 * @throws UserError when the file is no notebook or declares outputs in another way.
 */
export function readNotebook(path: string): Notebook {
  let raw: { nbformat?: unknown; cells?: readonly RawCell[]; metadata?: { kernelspec?: { name?: string } } };
  try {
    raw = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Reading ${path} failed: expected a notebook, got ${(error as Error).message}`);
  }
  if (raw.nbformat !== 4 || !Array.isArray(raw.cells)) {
    throw new UserError(`Reading ${path} failed: expected nbformat 4, got ${JSON.stringify(raw.nbformat)}`);
  }
  const code = (raw.cells as readonly RawCell[]).filter((cell) => cell.cell_type === "code");
  return {
    kernel: raw.metadata?.kernelspec?.name ?? "",
    cells: code.map((cell, i) => ({
      number: i + 1,
      source: Array.isArray(cell.source) ? cell.source.join("") : String(cell.source ?? ""),
      expect: expectation(`${path}, code cell ${i + 1},`, cell.metadata?.expect),
      stored: cell.outputs?.length ?? 0,
    })),
  };
}
