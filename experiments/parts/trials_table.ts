/** Trials of recipes as a table of a part's card. */
import type { PartTable } from "./part.ts";

/**
 * The kept trials of a bench, one row each.
 *
 * @param options.note how they were made, Markdown
 * @param options.columns a trial's cell by heading
 */
export async function trialsTable<Trial>(
  file: URL,
  { heading = "How the recipe was chosen", note, columns }: {
    heading?: string;
    note: string;
    columns: Readonly<Record<string, (trial: Trial) => string>>;
  },
): Promise<PartTable> {
  const trials: readonly Trial[] = JSON.parse(await Deno.readTextFile(file));
  return {
    heading,
    note,
    headings: Object.keys(columns),
    rows: trials.map((trial) => Object.values(columns).map((cell) => cell(trial))),
  };
}
