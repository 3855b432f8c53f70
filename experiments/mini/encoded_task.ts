/** Reads what the encoding stage wrote. */
import type { AdapterItems } from "../../lib/training/mod.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import type { StageOutput } from "../runner/mod.ts";
import type { EncodedLayout, TrainingWordings } from "./encode_dataset.ts";
import { padded } from "./instruct_forms.ts";

/** One task's training items in memory. */
export interface EncodedTask extends AdapterItems {
  /** Tokens of the all-zeros image. */
  readonly noImage: Float32Array;
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** The files of an encoding. */
type StageFiles = Pick<StageOutput, "bytes" | "text">;

/** Name of the file that says how instructions in another form are laid out. */
export const INSTRUCTION_LAYOUT = "instructions.json";

/** How they are laid out in instructions.f16. */
export interface InstructionLayout extends Omit<TrainingWordings, "texts"> {
  /** Numbers of an instruction once it is padded. */
  readonly size: number;
  /** Where each row begins, and where the last one ends. */
  readonly starts: readonly number[];
}

/** Rows of instructions, and whose they are. */
interface InstructionRows extends Omit<TrainingWordings, "texts"> {
  row(index: number): Float32Array;
}

const halfOf = async (output: StageFiles, name: string) =>
  new Float16Array(aligned(await output.bytes(name)));

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
  { instructions: choice, wordings }: { instructions: InstructionChoice; wordings?: StageFiles | undefined },
): Promise<EncodedTask> {
  if (wordings && choice === "fixed") {
    throw new RangeError("Instructions of an ablation are random, got a request for fixed ones");
  }
  const layout: EncodedLayout = JSON.parse(await output.text("layout.json"));
  const [latents, images, instructions, fixed, none] = await Promise.all(
    ["latents.f16", "images.f16", "instructions.f16", "fixed.f16", "none.f16"].map((name) =>
      halfOf(output, name)
    ),
  ) as [Float16Array, Float16Array, Float16Array, Float16Array, Float16Array];
  const ids = new Int32Array(aligned(await output.bytes("ids.i32")));
  const row = (data: Float16Array, index: number, width: number) =>
    Float32Array.from(data.subarray(index * width, (index + 1) * width));
  const own: InstructionRows = wordings
    ? await readInstructionRows(wordings)
    : { ...layout, row: (index) => row(instructions, index, fixed.length) };
  return {
    items: layout.items,
    noImage: Float32Array.from(none),
    item(index, random) {
      const wording = own.sharedInstructions > 0
        ? random.int(0, own.sharedInstructions - 1)
        : index * own.ownInstructions + random.int(0, own.ownInstructions - 1);
      const vector = choice === "fixed" ? Float32Array.from(fixed) : own.row(wording);
      const length = ids.length / layout.items;
      return {
        latent: row(latents, index, latents.length / layout.items),
        image: row(images, index, images.length / layout.items),
        ids: ids.slice(index * length, (index + 1) * length),
        ...(choice === "none" ? {} : { instruction: vector }),
      };
    },
  };
}
