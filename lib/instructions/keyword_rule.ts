/**
 * The keyword rule, Sec. 3.4: "we assign a keyword to each task and remove any instructions that contain a keyword from another task".
 * Departures: inflections and compounds count as the keyword (stylistic, hairstyle, composed, facial), and "identity" counts as one of the
 * face task's, because the paper asks its language model for "the face or identity".
 */

import { byTask, type TaskId, taskOf, TASKS } from "../tasks/registry.ts";

/** The word that names each task in an instruction. */
export const KEYWORDS: Readonly<Record<TaskId, string>> = byTask(({ words }) => words.keyword);

/** Forms of `task`'s keyword in a text, lower case, in order. */
export function keywordForms(text: string, task: TaskId): string[] {
  return [...text.normalize("NFKC").matchAll(taskOf(task).words.forms)].map(([form]) => form.toLowerCase());
}

/** Forms of the other tasks' keywords in an instruction for `task`. Empty when the paper's rule keeps the instruction. */
export function foreignKeywords(instruction: string, task: TaskId): string[] {
  return TASKS.filter((other) => other !== task).flatMap((other) => keywordForms(instruction, other));
}

/** Words separated by blanks. */
export function wordCount(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Fewest and most words of an instruction. */
export const WORD_LIMITS = { least: 2, most: 30 } as const;

/** Why an instruction is not fit for a task, as a phrase; undefined when it is. */
export function instructionFault(instruction: string, task: TaskId): string | undefined {
  const words = wordCount(instruction);
  if (words < WORD_LIMITS.least || words > WORD_LIMITS.most) return `${words} words`;
  const foreign = foreignKeywords(instruction, task);
  if (foreign.length) return `holds "${foreign[0]}", a keyword of another task`;
  return undefined;
}
