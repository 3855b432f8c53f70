/** Composes training pairs of the five tasks with an instruction each, as the trainings read them. */
import { fold, key, stream } from "../../../lib/engine/mod.ts";
import type { Json } from "../../../lib/hub/mod.ts";
import { namedInstruction, sampleInstruction } from "../../../lib/instructions/mod.ts";
import { type PicturedExample, storeExamples } from "./stored_examples.ts";
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

/** Composes and stores them. */
export async function drawExamples(
  { tasks, count, seed }: ExamplesRequest,
  context: StageContext,
): Promise<void> {
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const examples: PicturedExample[] = [];
  for (const task of tasks) {
    for (let place = 0; place < count; place++) {
      const random = stream(fold(key(seed), "fig5", task, place));
      // Even and odd items differ: half of the faces are zoomed in on (Sec. 3.4).
      const index = 2 * random.int(0, ITEMS / 2 - 1) + place % 2;
      const pair = composePair(bank, { task, split: "train", index });
      const wording = sampleInstruction(random, task, "train");
      examples.push({
        task,
        index,
        instruction: namedInstruction(wording, pair.objectName),
        prompt: pair.prompt,
        condition: pair.condition,
        target: pair.target,
      });
      context.progress(examples.length, tasks.length * count, "pairs");
    }
  }
  storeExamples(context, { hash: bank.hash, side: SIZE, examples });
}
