/**
 * What only an ablation asks of a training or a scoring: how the instruction reaches the adapter, and which task's instruction overrides its own. A request without
 * these fields means what it means in Table 1, and has the same key.
 */
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import { fieldOf, type Fields } from "./request_field.ts";

/** How the instruction reaches the adapter. */
const INSTRUCT_FORMS = [
  /** The sentence's one vector, as in all other experiments. */
  "pooled",
  /** The states of its word pieces, padded with zeros and not masked, as the authors' code does with SD's text encoder. */
  "tokens",
  /** No text: the task's number as a one-hot vector (Sec. 3.3: "we could also learn task-specific embeddings"). */
  "one-hot",
] as const;
export type InstructForm = (typeof INSTRUCT_FORMS)[number];

/** Whose wordings can override an item's own: a task's, or those of something that no model is trained for. */
const OVERRIDES = [...TASKS, "colours"] as const;
export type InstructionOverride = TaskId | "colours";

/** The field of a training or scoring with another form than usual; none where absent. */
export function formFields(form?: InstructForm): Fields {
  if (form === undefined) return {};
  return { instruct: form };
}

/** The field of a scoring whose instructions are another task's than the items'; none where absent. */
export function overrideFields(instructionOverride?: InstructionOverride): Fields {
  if (instructionOverride === undefined) return {};
  return { instructionOverride };
}

/** The form that a request asks for. @throws RangeError for an unknown one. */
export function instructForm(request: Fields): InstructForm {
  return fieldOf("instruct", request, INSTRUCT_FORMS) ?? "pooled";
}

/** Whose wordings a request asks for, undefined for the items' own task. @throws RangeError for unknown ones. */
export function overrideOf(request: Fields): InstructionOverride | undefined {
  return fieldOf("instructionOverride", request, OVERRIDES);
}
