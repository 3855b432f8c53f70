/** What is sampled under every task's own instruction, with what it is compared to. */
import type { MapTask, SampleBody } from "../api.ts";
import type { TaskId } from "../../tasks/mod.ts";

/** One picture under an instruction. */
export interface TaskRow {
  /** The instruction. */
  readonly label: string;
  /** The task whose own instruction it is; absent for another text. */
  readonly task?: TaskId;
}

/** The texts to compare with, each once and none that is a task's own; then the tasks' fixed instructions in their order. */
export function taskRows(tasks: readonly MapTask[], texts: readonly string[]): TaskRow[] {
  const own = tasks.map(({ id, fixed }): TaskRow => ({ label: fixed, task: id }));
  const others = [...new Set(texts)].filter((text) => own.every(({ label }) => label !== text));
  return [...others.map((label) => ({ label })), ...own];
}

/** A picture for each row, all from the first noise: what differs between them is the instruction's. */
export function taskPictures(rows: readonly TaskRow[]): SampleBody["pictures"] {
  return rows.map(({ label }) => ({ texts: [label], noise: 0 }));
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** "All five". */
export function allOf(tasks: readonly MapTask[]): string {
  return `All ${NUMBERS[tasks.length] ?? tasks.length}`;
}
