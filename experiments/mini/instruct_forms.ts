/** The forms of an instruction at the mini scale: sizes of the projection that reads it, and the rows of numbers it is given. */
import type { InstructResamplerConfig } from "../../lib/adapter/mod.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import type { Device } from "../setting/experiment.ts";
import type { InstructForm } from "../setting/instruct_form.ts";
import { MINI_INSTRUCT } from "./models.ts";
import { sentenceVectors, sharedEmbedder } from "./shared_models.ts";

/** Room for the word pieces of an instruction; the longest of ours, with an object's name in it, has fewer. */
export const INSTRUCT_PIECES = 64;

/** What an adapter of a form is compiled for. */
export interface FormSizes {
  readonly projection: InstructResamplerConfig;
  /** Instruction tokens. */
  readonly words: number;
}

/** Sizes by form. */
export const FORM_SIZES: Readonly<Record<InstructForm, FormSizes>> = {
  pooled: { projection: MINI_INSTRUCT, words: 1 },
  tokens: { projection: MINI_INSTRUCT, words: INSTRUCT_PIECES },
  "one-hot": { projection: { ...MINI_INSTRUCT, embedding_dim_instruct_embeds: TASKS.length }, words: 1 },
};

/** Texts in a form, each [words width] without padding: a pooled vector, one state per word piece, or the task alone. */
export async function instructionRows(
  form: InstructForm,
  texts: readonly string[],
  { task, device }: { readonly task: TaskId; readonly device: Device },
): Promise<Float32Array[]> {
  if (form === "one-hot") {
    const row = Float32Array.from(TASKS, (each) => each === task ? 1 : 0);
    return texts.map(() => row);
  }
  if (form === "tokens") return await (await sharedEmbedder(device)).states(texts);
  return await sentenceVectors(texts, device);
}

/** Zeros behind a row, up to `size` numbers. @throws RangeError when it is longer: nothing is cut off. */
export function padded(row: Float32Array, size: number): Float32Array {
  if (row.length > size) {
    throw new RangeError(`An instruction has room for ${size} numbers, got ${row.length}`);
  }
  if (row.length === size) return row;
  const all = new Float32Array(size);
  all.set(row);
  return all;
}

/** Numbers of a padded instruction. */
export const instructionSize = ({ projection, words }: FormSizes): number =>
  words * projection.embedding_dim_instruct_embeds;
