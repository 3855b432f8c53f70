/** What the stage before has embedded, read back by set. */
import type { Points } from "../../../lib/projection/mod.ts";
import type { StageOutput } from "../../runner/mod.ts";
import type { EmbeddedText } from "./embed_instructions.ts";

/** Texts of some sets and their vectors. */
export interface Embedded {
  readonly texts: readonly EmbeddedText[];
  readonly points: Points;
}

/** Float32 numbers of a file, on memory of their own. */
export async function floatsOf(output: StageOutput, name: string): Promise<Float32Array> {
  return new Float32Array((await output.bytes(name)).slice().buffer);
}

/** Reads texts and vectors; the function returned gives those of the sets asked for, in the order of the file. */
export async function readEmbedded(
  output: StageOutput,
): Promise<(...sets: readonly EmbeddedText["set"][]) => Embedded> {
  const all = JSON.parse(await output.text("texts.json")) as EmbeddedText[];
  const vectors = await floatsOf(output, "vectors.f32");
  const width = vectors.length / all.length;
  return (...sets) => {
    const rows = all.flatMap(({ set }, i) => sets.includes(set) ? [i] : []);
    const data = new Float32Array(rows.length * width);
    rows.forEach((row, i) => data.set(vectors.subarray(row * width, (row + 1) * width), i * width));
    return {
      texts: rows.map((row) => all[row] as EmbeddedText),
      points: { data, count: rows.length, width },
    };
  };
}
