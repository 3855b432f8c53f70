/**
 * What a training reads of a task's pairs, as the encoding stage keeps it: the texts in files of its own, and rows of pictures that each scale keeps
 * where it has room for them.
 *
 *     ids.i32             word ids of the prompts [items length]
 *     instructions.f16    vectors of the wordings; whose they are, says layout.json
 *     fixed.f16           vector of the task's one fixed instruction
 *     none.f16            image tokens of the all-zeros picture, which stands for no image
 *     layout.json
 */
import type { Stream } from "../../lib/engine/mod.ts";
import type { AdapterItems } from "../../lib/training/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import type { TrainingWordings } from "./training_wordings.ts";

/** The texts of encoded pairs. */
export interface EncodedTexts extends Omit<TrainingWordings, "texts"> {
  readonly items: number;
  readonly ids: Int32Array;
  /** Rows of the wordings. */
  readonly instructions: Float32Array;
  readonly fixed: Float32Array;
  /** Tokens of the all-zeros image. */
  readonly none: Float32Array;
}

/** How an encoded task is laid out in its files; the wordings are rows of instructions.f16. */
type EncodedLayout = Omit<TrainingWordings, "texts"> & { readonly items: number };

/** Rows of instructions, and whose they are. */
export interface InstructionRows extends Omit<TrainingWordings, "texts"> {
  row(index: number): Float32Array;
}

/** The pictures of encoded pairs. */
export interface PictureRows {
  /** Scaled latents of a target. */
  latent(index: number, random: Stream): Float32Array;
  /** Image tokens of a condition. */
  image(index: number): Float32Array;
}

/** One task's training items. */
export interface EncodedItems extends AdapterItems {
  /** Tokens of the all-zeros image. */
  readonly noImage: Float32Array;
}

/** The files of an encoding. */
export type StageFiles = Pick<StageOutput, "bytes" | "text">;

/** Numbers as files keep them. */
export function halfBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(Float16Array.from(values).buffer);
}

/** A file's bytes as a buffer of their own. */
export function aligned(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** Numbers of a file. */
export const halfOf = async (output: StageFiles, name: string): Promise<Float16Array> =>
  new Float16Array(aligned(await output.bytes(name)));

/** Writes the texts. */
export function writeEncodedTexts(texts: EncodedTexts, context: Pick<StageContext, "write">): void {
  const { ids, instructions, fixed, none, ...layout } = texts;
  context.write("ids.i32", new Uint8Array(ids.buffer));
  context.write("instructions.f16", halfBytes(instructions));
  context.write("fixed.f16", halfBytes(fixed));
  context.write("none.f16", halfBytes(none));
  context.write("layout.json", JSON.stringify(layout satisfies EncodedLayout));
}

/**
 * Opens an encoded task.
 *
 * @param rows its pictures.
 * @param options.instructions which instruction an item comes with.
 * @param options.own instructions in place of its own; they hold no fixed one.
 * @throws RangeError for such instructions where fixed ones are asked for.
 */
export async function readEncodedItems(
  output: StageFiles,
  rows: (items: number) => PictureRows | Promise<PictureRows>,
  { instructions: choice, own: given }: {
    instructions: InstructionChoice;
    own?: InstructionRows | undefined;
  },
): Promise<EncodedItems> {
  if (given && choice === "fixed") {
    throw new RangeError("Instructions of an ablation are random, got a request for fixed ones");
  }
  const layout: EncodedLayout = JSON.parse(await output.text("layout.json"));
  const [instructions, fixed, none] = [
    await halfOf(output, "instructions.f16"),
    await halfOf(output, "fixed.f16"),
    await halfOf(output, "none.f16"),
  ];
  const ids = new Int32Array(aligned(await output.bytes("ids.i32")));
  const own: InstructionRows = given ??
    { ...layout, row: (index) => halfRow(instructions, index, fixed.length) };
  const pictures = await rows(layout.items);
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
        latent: pictures.latent(index, random),
        image: pictures.image(index),
        ids: ids.slice(index * length, (index + 1) * length),
        ...(choice === "none" ? {} : { instruction: vector }),
      };
    },
  };
}

/** A row of a file's numbers. */
export const halfRow = (data: Float16Array, index: number, width: number): Float32Array =>
  Float32Array.from(data.subarray(index * width, (index + 1) * width));
