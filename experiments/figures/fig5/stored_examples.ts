/** Fig. 5's examples between its stages. */
import type { StageContext, StageOutput } from "../../runner/mod.ts";
import { concatenated } from "../../setting/gallery.ts";
import type { DatasetExample, DatasetExamples } from "./example_sheet.ts";

/** An example with its pictures, RGB of `side` × `side` pixels. */
export interface PicturedExample extends DatasetExample {
  readonly condition: Uint8Array;
  readonly target: Uint8Array;
}

/** Writes examples.rgb, condition and target of each behind each other, and examples.json. `hash`: of what they are taken from. */
export function storeExamples(
  context: Pick<StageContext, "write">,
  { hash, side, examples }: {
    readonly hash: string;
    readonly side: number;
    readonly examples: readonly PicturedExample[];
  },
): void {
  const content: DatasetExamples = {
    side,
    examples: examples.map(({ task, index, instruction, prompt }) => ({ task, index, instruction, prompt })),
  };
  context.write("examples.json", JSON.stringify({ hash, content }));
  context.write(
    "examples.rgb",
    concatenated(examples.flatMap(({ condition, target }) => [condition, target])),
  );
}

/** Reads them back. */
export async function readExamples(
  output: StageOutput,
): Promise<{ readonly hash: string; readonly content: DatasetExamples; readonly pixels: Uint8Array }> {
  const { hash, content } = JSON.parse(await output.text("examples.json"));
  return { hash, content, pixels: await output.bytes("examples.rgb") };
}
