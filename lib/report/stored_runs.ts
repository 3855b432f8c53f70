/** The runs of a figure or of Table 1 that a folder of results holds. No model runs. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../engine/mod.ts";
import { FIGURE_SCHEMA, type FigureEnvelope } from "./figure_result.ts";
import { BUDGET_IDS, SCALE_IDS, type ScaleId } from "./result_setting.ts";
import { RESULT_SCHEMA, type Table1Result } from "./table1_result.ts";

/** What runs' folders are called, the largest first: full before quick before smoke; of one budget the paper's scale before mini. */
const RUNS = BUDGET_IDS.toReversed().flatMap((budget) =>
  SCALE_IDS.toReversed().map((scale) => ({ name: `${scale}-${budget}`, scale }))
);

/** What the folders of runs are called, at one scale or all; see {@link storedRuns}. */
export const runNames = (scale?: ScaleId): readonly string[] =>
  RUNS.filter((run) => scale === undefined || run.scale === scale).map(({ name }) => name);

/** A run that `reproduce` has written, of a figure or of Table 1. */
export interface StoredRun<Result extends FigureEnvelope | Table1Result = FigureEnvelope | Table1Result> {
  /** Its folder's name, such as "mini-full". */
  readonly name: string;
  /** See `name`. */
  readonly scale: ScaleId;
  /** Its folder, such as `results/fig7/mini-full`. */
  readonly folder: string;
  /** The content of result.json. */
  readonly result: Result;
}

/** @throws UserError when it is damaged or of another layout. */
function resultIn(folder: string): StoredRun["result"] {
  const text = readFileSync(`${folder}/result.json`, "utf8");
  let result: StoredRun["result"];
  try {
    result = JSON.parse(text);
  } catch {
    throw new UserError(`Reading a stored run failed: expected JSON in ${folder}/result.json, got none`);
  }
  const { schema } = result;
  if (schema === FIGURE_SCHEMA || schema === RESULT_SCHEMA) return result;
  throw new UserError(
    `Reading a stored run failed: expected ${FIGURE_SCHEMA} or ${RESULT_SCHEMA} in ${folder}, got ${schema}`,
  );
}

/**
 * The runs in a folder such as `results/fig7`, the largest first: full before quick before smoke; of one budget the paper's scale before mini.
 *
 * @throws UserError when one is damaged or of another layout.
 */
export function storedRuns(folder: string): StoredRun[] {
  return RUNS.map((run) => ({ ...run, folder: `${folder}/${run.name}` }))
    .filter((run) => existsSync(`${run.folder}/result.json`))
    .map((run) => ({ ...run, result: resultIn(run.folder) }));
}

/**
 * The runs of Table 1 in a folder of results, the largest first.
 *
 * @throws UserError when one is damaged or of another layout.
 */
export function storedTables(results: string): StoredRun<Table1Result>[] {
  return storedRuns(`${results}/table1`).map((run) => {
    const { folder, result } = run;
    if (result.schema === RESULT_SCHEMA) return { ...run, result };
    throw new UserError(
      `Reading a stored Table 1 failed: expected ${RESULT_SCHEMA} in ${folder}, got ${result.schema}`,
    );
  });
}

/** Whether a run's data files, by path, hold another version of a frozen part than there is now. */
export function isOfEarlierParts(
  files: Readonly<Record<string, string>>,
  parts: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(parts).some(([path, hash]) => files[path] !== undefined && files[path] !== hash);
}

/**
 * Those of some runs that the present parts made; where there are none, all.
 *
 * @param parts SHA-256 by path of the frozen parts as they are now.
 */
export function presentRuns(
  runs: readonly StoredRun[],
  parts: Readonly<Record<string, string>>,
): readonly StoredRun[] {
  const present = runs.filter(({ result }) => !isOfEarlierParts(result.provenance.dataFiles, parts));
  return present.length > 0 ? present : runs;
}
