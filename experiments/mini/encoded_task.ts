/** Reads what the encoding stage wrote. */
import type { Stream } from "../../lib/engine/mod.ts";
import type { InstructionChoice } from "../experiment.ts";
import type { StageOutput } from "../runner/mod.ts";
import type { AdapterItem } from "./adapter_training.ts";
import type { EncodedLayout } from "./encode_dataset.ts";

const WIDTH = 512;
const LATENT = 4 * 16 * 16;

/** One task's training items in memory. */
export interface EncodedTask {
  readonly items: number;
  /** Tokens of the all-zeros image. */
  readonly noImage: Float32Array;
  /** Item `index` with an instruction as the experiment chooses it. */
  item(index: number, random: Stream, instructions: InstructionChoice): AdapterItem;
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** Opens an encoded task. */
export async function readEncodedTask(output: StageOutput): Promise<EncodedTask> {
  const half = async (name: string) => new Float16Array(aligned(await output.bytes(name)));
  const layout: EncodedLayout = JSON.parse(await output.text("layout.json"));
  const [latents, images, instructions, fixed, none] = await Promise.all(
    ["latents.f16", "images.f16", "instructions.f16", "fixed.f16", "none.f16"].map(half),
  ) as [Float16Array, Float16Array, Float16Array, Float16Array, Float16Array];
  const ids = new Int32Array(aligned(await output.bytes("ids.i32")));
  const row = (data: Float16Array, index: number, width: number) =>
    Float32Array.from(data.subarray(index * width, (index + 1) * width));
  return {
    items: layout.items,
    noImage: Float32Array.from(none),
    item(index, random, choice) {
      const wording = layout.sharedInstructions > 0
        ? random.int(0, layout.sharedInstructions - 1)
        : index * layout.ownInstructions + random.int(0, layout.ownInstructions - 1);
      const vector = choice === "fixed" ? Float32Array.from(fixed) : row(instructions, wording, WIDTH);
      const length = ids.length / layout.items;
      return {
        latent: row(latents, index, LATENT),
        image: row(images, index, images.length / layout.items),
        ids: ids.slice(index * length, (index + 1) * length),
        ...(choice === "none" ? {} : { instruction: vector }),
      };
    },
  };
}
