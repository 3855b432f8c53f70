/** What lies in a folder of results: of each experiment the largest run, read strictly. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { type Drawing, stillFile, stillName } from "../../lib/plots/mod.ts";
import {
  drawFigure,
  DRAWN_FIGURES,
  type Finding,
  type Findings,
  PAPER_ITEMS,
  readFigure,
  readTable1,
  type ReportEntry,
  table1Figure,
  table1Table,
} from "../../lib/report/mod.ts";
import { BUDGET_IDS, SCALE_IDS } from "../setting/scales.ts";

/** What a run's folder is called, the largest first: full before quick before smoke, the paper's scale before mini. */
const RUNS: readonly string[] = SCALE_IDS.toReversed().flatMap((scale) =>
  BUDGET_IDS.toReversed().map((budget) => `${scale}-${budget}`)
);

/** The largest run of an experiment. */
function runFolder(results: string, id: string): string | undefined {
  return RUNS.map((run) => join(results, id, run)).find((folder) => existsSync(join(folder, "result.json")));
}

function table1Entry(folder: string, results: string): ReportEntry {
  const { result, picture } = readTable1(folder);
  return {
    ...result,
    id: result.experiment,
    tables: [table1Table(result)],
    drawings: [
      { kind: "figure", figure: table1Figure(result) },
      {
        kind: "picture",
        id: "samples",
        caption: "Samples: condition, target, and each model's picture.",
        png: picture,
      },
    ],
    still: (drawing) =>
      drawing.kind === "picture" ? relative(results, join(folder, "samples.png")) : "table1.svg",
  };
}

async function figureEntry(folder: string, results: string): Promise<ReportEntry> {
  const { result, read } = readFigure(folder);
  return {
    ...result,
    id: result.experiment,
    tables: [],
    drawings: await drawFigure({ result, read }),
    still: (drawing) => relative(results, join(folder, stillName(drawing))),
  };
}

/** Everything that can be shown from a folder of results. @throws UserError when a result is damaged or of another layout. */
export async function reportEntries(results: string): Promise<ReportEntry[]> {
  const entries: ReportEntry[] = [];
  for (const { id } of PAPER_ITEMS) {
    const folder = runFolder(results, id);
    if (folder === undefined) continue;
    if (id === "table1") entries.push(table1Entry(folder, results));
    else if (DRAWN_FIGURES.includes(id)) entries.push(await figureEntry(folder, results));
  }
  return entries;
}

/** What explanations are tested on, one set for each scale and budget, the largest first. */
export function findingsByRun(results: string): Findings[] {
  return RUNS.map((run) =>
    Object.fromEntries(
      PAPER_ITEMS.flatMap(({ id }): [string, Finding][] => {
        const folder = join(results, id, run);
        if (!existsSync(join(folder, "result.json"))) return [];
        if (id === "table1") return [[id, readTable1(folder).result]];
        return DRAWN_FIGURES.includes(id) ? [[id, readFigure(folder).result]] : [];
      }),
    )
  );
}

/** The still plots and diagrams of every stored figure, of all scales and budgets, drawn anew from its result: path below `results`, content. */
export async function redrawnStills(results: string): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  for (const id of DRAWN_FIGURES) {
    for (const run of RUNS) {
      const folder = join(results, id, run);
      if (!existsSync(join(folder, "result.json"))) continue;
      for (const drawing of await drawFigure(readFigure(folder))) {
        if (drawing.kind === "picture") continue;
        const { name, content } = await stillFile(drawing);
        files.set(join(id, run, name), content);
      }
    }
  }
  return files;
}

/** Still pictures that no result folder holds: Table 1's figure. */
export async function ownStills(entries: readonly ReportEntry[]): Promise<Map<string, string | Uint8Array>> {
  const table1 = entries.find(({ id }) => id === "table1");
  const drawn = table1?.drawings.filter((drawing: Drawing) => drawing.kind === "figure") ?? [];
  const files = new Map<string, string | Uint8Array>();
  for (const drawing of drawn) {
    const { name, content } = await stillFile(drawing);
    files.set(name, content);
  }
  return files;
}
