/**
 * What only an ablation asks of a training or a scoring: how the instruction reaches the adapter, and which use's instruction overrides its own. A request without
 * these fields means what it means in Table 1, and has the same key.
 */
import type { Json } from "../../lib/hub/mod.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";

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

/** Whose wordings can override an item's own: a task's, or those of a use that no model is trained for. */
const OVERRIDES = [...TASKS, "colours"] as const;
export type InstructionOverride = TaskId | "colours";

/** A stage's request or a part of one. */
interface Fields {
  readonly [name: string]: Json;
}

/** The field of a training or scoring with another form than usual; none where absent. */
export function formFields(form?: InstructForm): Fields {
  if (form === undefined) return {};
  return { instruct: form };
}

/** The field of a scoring whose instructions are another use's than the items'; none where absent. */
export function overrideFields(instructionOverride?: InstructionOverride): Fields {
  if (instructionOverride === undefined) return {};
  return { instructionOverride };
}

function fieldOf<Name extends string>(
  field: string,
  request: Fields,
  names: readonly Name[],
): Name | undefined {
  const value = request[field];
  if (value === undefined) return undefined;
  const found = names.find((name) => name === value);
  if (found === undefined) {
    throw new RangeError(`A request's ${field} is one of ${names.join(", ")}, got ${JSON.stringify(value)}`);
  }
  return found;
}

/** The form that a request asks for. @throws RangeError for an unknown one. */
export function instructForm(request: Fields): InstructForm {
  return fieldOf("instruct", request, INSTRUCT_FORMS) ?? "pooled";
}

/** Whose wordings a request asks for, undefined for the items' own task. @throws RangeError for unknown ones. */
export function overrideOf(request: Fields): InstructionOverride | undefined {
  return fieldOf("instructionOverride", request, OVERRIDES);
}
