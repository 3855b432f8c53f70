/** Reads what the encoding stage wrote. */
import {
  type EncodedItems,
  halfOf,
  halfRow,
  type InstructionRows,
  readEncodedItems,
  type StageFiles,
} from "../adapters/encoded_items.ts";
import type { TrainingWordings } from "../adapters/training_wordings.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import { padded } from "./instruct_forms.ts";

/** One task's training items in memory. */
export type EncodedTask = EncodedItems;

/** Name of the file that says how instructions in another form are laid out. */
export const INSTRUCTION_LAYOUT = "instructions.json";

/** How they are laid out in instructions.f16. */
export interface InstructionLayout extends Omit<TrainingWordings, "texts"> {
  /** Numbers of an instruction once it is padded. */
  readonly size: number;
  /** Where each row begins, and where the last one ends. */
  readonly starts: readonly number[];
}

/** Instructions that an ablation puts in the place of a task's own. */
async function readInstructionRows(output: StageFiles): Promise<InstructionRows> {
  const { size, starts, ...shares }: InstructionLayout = JSON.parse(await output.text(INSTRUCTION_LAYOUT));
  const rows = await halfOf(output, "instructions.f16");
  return {
    ...shares,
    row: (index) => padded(Float32Array.from(rows.subarray(starts[index], starts[index + 1])), size),
  };
}

/**
 * Opens an encoded task.
 *
 * @param options.instructions which instruction an item comes with.
 * @param options.wordings instructions in another form, in place of its own; they hold no fixed one.
 */
export async function readEncodedTask(
  output: StageFiles,
  { instructions, wordings }: { instructions: InstructionChoice; wordings?: StageFiles | undefined },
): Promise<EncodedTask> {
  const pictures = async (items: number) => {
    const [latents, images] = [await halfOf(output, "latents.f16"), await halfOf(output, "images.f16")];
    return {
      latent: (index: number) => halfRow(latents, index, latents.length / items),
      image: (index: number) => halfRow(images, index, images.length / items),
    };
  };
  return await readEncodedItems(output, pictures, {
    instructions,
    own: wordings && await readInstructionRows(wordings),
  });
}
