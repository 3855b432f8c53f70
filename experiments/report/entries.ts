/** What lies in a folder of results: of each experiment the largest run of the present frozen parts, read strictly. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { type Graphic, stillFile, stillName } from "../../lib/plots/mod.ts";
import {
  type Findings,
  presentRuns,
  type ReportEntry,
  runNames,
  type StoredRun,
  storedRuns,
} from "../../lib/report/mod.ts";
import type { Figure } from "../figures/figure.ts";

/** The runs of a figure that are there, the largest first. */
const runsOf = (results: string, { record: { id } }: Figure): StoredRun[] => storedRuns(join(results, id));

/**
 * Everything that can be shown from a folder of results. A graphic whose still `reproduce` does not write lies in the folder of all results.
 *
 * @param parts SHA-256 by path of the frozen parts as they are now.
 * @throws UserError when a result is damaged or of another layout.
 */
export async function reportEntries(
  results: string,
  figures: readonly Figure[],
  parts: Readonly<Record<string, string>>,
): Promise<ReportEntry[]> {
  const entries: ReportEntry[] = [];
  for (const figure of figures) {
    const [run] = presentRuns(runsOf(results, figure), parts);
    if (run === undefined) continue;
    const { folder } = run;
    const { result, graphics, tables } = await figure.show(folder);
    const still = (graphic: Graphic) => {
      const name = stillName(graphic);
      return existsSync(join(folder, name)) ? relative(results, join(folder, name)) : name;
    };
    entries.push({ ...result, id: figure.record.id, tables, graphics, still });
  }
  return entries;
}

/** What explanations are tested on, one set for each scale and budget, the largest first. */
export function findingsByRun(results: string, figures: readonly Figure[]): Findings[] {
  const runs = figures.flatMap((figure) =>
    runsOf(results, figure).map(({ name, folder }) => ({
      name,
      finding: [figure.record.id, figure.read(folder)] as const,
    }))
  );
  return runNames().map((name) =>
    Object.fromEntries(runs.filter((run) => run.name === name).map(({ finding }) => finding))
  );
}

/** The still plots and diagrams of every run that `reproduce` writes them for, rendered anew from its result: path below `results`, content. */
export async function renderedStills(
  results: string,
  figures: readonly Figure[],
): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  for (const figure of figures) {
    for (const { folder } of runsOf(results, figure)) {
      for (const graphic of (await figure.show(folder)).graphics) {
        if (graphic.kind === "picture" || !existsSync(join(folder, stillName(graphic)))) continue;
        const { name, content } = await stillFile(graphic);
        files.set(relative(results, join(folder, name)), content);
      }
    }
  }
  return files;
}

/** Stills that no run's folder holds, by name: Table 1's figure. */
export async function ownStills(entries: readonly ReportEntry[]): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  for (const { graphics, still } of entries) {
    for (const graphic of graphics) {
      if (still(graphic) !== stillName(graphic)) continue;
      const { name, content } = await stillFile(graphic);
      files.set(name, content);
    }
  }
  return files;
}
