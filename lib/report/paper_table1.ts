/**
 * Table 1 of the paper as printed: 3 rows, 10 columns, higher is better everywhere.
 *
 * The extracted text of the table shows "±" and "+" behind some numbers with no value following; the paper states no spread, so
 * none is given here. Factors of the scores: see lib/metrics/clip_scores.ts.
 */
import { TASK_RECORDS, type TaskId } from "../tasks/mod.ts";

/** A column of Table 1. */
export interface Table1Column {
  /** Whose score. */
  readonly task: TaskId;
  /** Its printed name. */
  readonly metric: string;
}

/** The ten columns that the paper prints, left to right. */
export const PAPER_COLUMNS = [
  { task: "replication", metric: "CLIP-I" },
  { task: "replication", metric: "CLIP-T" },
  { task: "style", metric: "CLIP-S" },
  { task: "style", metric: "CLIP-P" },
  { task: "object", metric: "CLIP-I" },
  { task: "object", metric: "CLIP-P" },
  { task: "composition", metric: "CLIP-I" },
  { task: "composition", metric: "CLIP-P" },
  { task: "face", metric: "CLIP-I" },
  { task: "face", metric: "CLIP-P" },
] as const satisfies readonly Table1Column[];

/** The tasks that the paper has, in its order. */
export const PAPER_TASKS: readonly TaskId[] = [...new Set(PAPER_COLUMNS.map(({ task }) => task))];

/** The columns of our Table 1: those of all tasks, the paper's and any further one. */
export const TABLE1_COLUMNS: readonly Table1Column[] = TASK_RECORDS.flatMap(({ id, scores }) =>
  scores.map(({ name }) => ({ task: id, metric: name }))
);

/** What a row of our Table 1 is of. */
interface RowFacts {
  /** Its name in tables. */
  readonly label: string;
  /** A model that is trained for the table and reads instructions, the committed joint adapter, which does, too, what all start from, or the targets. */
  readonly of: "training" | "committed" | "start" | "targets";
}

/** The rows: the paper's three, then the committed joint adapter, the adapter all of them start from and the targets themselves. */
export const ROW_FACTS = {
  "single-task": { label: "Single-task model", of: "training" },
  "instruct": { label: "IPAdapter-Instruct", of: "training" },
  "fixed": { label: "Fixed instruct prompts", of: "training" },
  "committed": { label: "IPAdapter-Instruct, committed", of: "committed" },
  "ip-adapter-plus": { label: "IPAdapter+ (start)", of: "start" },
  "ground-truth": { label: "Ground truth (ceiling)", of: "targets" },
} as const satisfies Readonly<Record<string, RowFacts>>;

/** A row of our Table 1. */
export type Table1Row = keyof typeof ROW_FACTS;

/** Their names, in the order of the table. */
export const TABLE1_ROWS = Object.keys(ROW_FACTS) as readonly Table1Row[];

/** A row by its name. @throws RangeError for an unknown one. */
export function table1Row(name: string): Table1Row {
  const row = TABLE1_ROWS.find((each) => each === name);
  if (row === undefined) {
    throw new RangeError(`table1Row() needs a row of ${TABLE1_ROWS.join(", ")}, got "${name}"`);
  }
  return row;
}

/** A row the paper prints. */
export type PaperRow = "single-task" | "instruct" | "fixed";

/** The printed numbers, in the order of `PAPER_COLUMNS`. */
export const PAPER_TABLE1: Readonly<Record<PaperRow, readonly number[]>> = {
  "single-task": [0.9152, 0.8523, 1.0988, 0.7615, 0.7670, 0.6351, 0.7337, 0.6424, 0.5154, 0.6012],
  "instruct": [0.9098, 0.8542, 1.1171, 0.7776, 0.8040, 0.6402, 0.7082, 0.6517, 0.5264, 0.5976],
  "fixed": [0.9086, 0.8528, 1.1141, 0.7810, 0.8029, 0.6408, 0.7151, 0.6517, 0.5159, 0.6009],
};

/** The printed number of one cell, or null where the paper prints none. */
export function paperValue(row: string, task: TaskId, metric: string): number | null {
  const column = PAPER_COLUMNS.findIndex((entry) => entry.task === task && entry.metric === metric);
  const numbers = Object.hasOwn(PAPER_TABLE1, row) ? PAPER_TABLE1[row as PaperRow] : undefined;
  return numbers?.[column] ?? null;
}
