/**
 * The five training sets of the paper (Sec. 3.4), which are not published: what each was made of, and the folder that this project reads in its
 * place.
 *
 *     DIR/train.jsonl, DIR/val.jsonl    one pair a line, as JSON
 *     DIR/…                             the pictures that they name, in any folders
 */
import { byTask, type PaperDataset, type TaskId, TASKS } from "../../lib/tasks/mod.ts";

/** Pairs that the paper validated on, per task. */
export const PAPER_VALIDATION = 1000;
/** The training sets by task. */
export const PAPER_DATASETS: Readonly<Record<TaskId, PaperDataset>> = byTask(({ dataset }) => dataset);

/** A task's folder, as text for a person. */
export function layoutText(task: TaskId): string {
  const { pairs, source, fields } = PAPER_DATASETS[task];
  const widest = Math.max(...fields.map(({ name }) => name.length));
  const example = Object.fromEntries(
    fields.map(({ name, kind }) => [name, kind === "picture" ? `${name}s/000001.jpg` : "…"]),
  );
  return [
    `${task}: the paper had ${
      pairs === null ? "an unknown number of" : pairs.toLocaleString("en")
    } pairs (${source})`,
    ...fields.map(({ name, required, what, side }) =>
      `  ${name.padEnd(widest)}  ${required ? "" : "optional: "}${what}${
        side ? `; shorter side ${side} pixels or more` : ""
      }`
    ),
    `  a line: ${JSON.stringify(example)}`,
  ].join("\n");
}

/** All folders, as text for a person. */
export function layoutsText(): string {
  return TASKS.map(layoutText).join("\n\n");
}
