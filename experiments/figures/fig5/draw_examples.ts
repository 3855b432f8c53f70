/** Composes training pairs of the five tasks with an instruction each, as the trainings read them. */
import { fold, key, stream } from "../../../lib/engine/mod.ts";
import type { Json } from "../../../lib/hub/mod.ts";
import { namedInstruction, sampleInstruction } from "../../../lib/instructions/mod.ts";
import type { DatasetExample, DatasetExamples } from "./example_sheet.ts";
import { composePair, SIZE, type TaskId } from "../../../lib/tasks/mod.ts";
import { sharedBank } from "../../mini/shared_models.ts";
import type { StageContext } from "../../runner/mod.ts";

/** Which examples. */
export interface ExamplesRequest {
  readonly [name: string]: Json;
  readonly tasks: readonly TaskId[];
  readonly count: number;
  readonly seed: number;
}

/** Items among which examples are chosen; those of one task are spread over them. */
const ITEMS = 1000;

/** Writes examples.rgb, condition and target of each behind each other, and examples.json. */
export async function drawExamples(
  { tasks, count, seed }: ExamplesRequest,
  context: StageContext,
): Promise<void> {
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const examples: DatasetExample[] = [];
  const pixels = new Uint8Array(tasks.length * count * 2 * SIZE * SIZE * 3);
  for (const task of tasks) {
    for (let place = 0; place < count; place++) {
      const random = stream(fold(key(seed), "fig5", task, place));
      // Even and odd items differ: half of the faces are zoomed in on (Sec. 3.4).
      const index = 2 * random.int(0, ITEMS / 2 - 1) + place % 2;
      const pair = composePair(bank, { task, split: "train", index });
      const wording = sampleInstruction(random, task, "train");
      const at = examples.length * 2 * SIZE * SIZE * 3;
      pixels.set(pair.condition, at);
      pixels.set(pair.target, at + SIZE * SIZE * 3);
      examples.push({
        task,
        index,
        instruction: namedInstruction(wording, pair),
        prompt: pair.prompt,
      });
      context.progress(examples.length, tasks.length * count, "pairs");
    }
  }
  const content: DatasetExamples = { side: SIZE, examples };
  context.write("examples.json", JSON.stringify({ hash: bank.hash, content }));
  context.write("examples.rgb", pixels);
}
