/** Training pairs of the user's folders with an instruction each, as the paper scale's trainings read them. */
import { join } from "node:path";
import { fold, key, stream } from "../../../lib/engine/mod.ts";
import { sha256 } from "../../../lib/hub/mod.ts";
import { namedInstruction, sampleInstruction } from "../../../lib/instructions/mod.ts";
import { fitPicture } from "../../../lib/raster/mod.ts";
import { pairPicture } from "../../paper/held_out_pairs.ts";
import { readPairs } from "../../paper/pair_lines.ts";
import { type PaperFolders, taskFolder } from "../../paper/paper_inputs.ts";
import type { StageContext } from "../../runner/mod.ts";
import type { ExamplesRequest } from "./draw_examples.ts";
import { type PicturedExample, storeExamples } from "./stored_examples.ts";

/** Pixels of a side on the sheet. */
const SIDE = 128;

/** Pairs among which examples are chosen, at most. */
export const CHOSEN_AMONG = 1000;

/** Reads and stores them. @throws UserError in one sentence for a line or a picture that is not what it should be. */
export async function readTrainingPairs(
  { tasks, count, seed }: ExamplesRequest,
  context: StageContext,
  folders: PaperFolders,
): Promise<void> {
  const examples: PicturedExample[] = [];
  for (const task of tasks) {
    const folder = taskFolder(folders, task);
    const lines = readPairs(task, folder, { split: "train", count: CHOSEN_AMONG });
    const shown = async (path: string) => {
      const picture = await pairPicture(join(folder, path), `Reading ${task} pairs`);
      return fitPicture(picture, { width: SIDE, height: SIDE, fit: "crop" }).pixels;
    };
    for (let place = 0; place < count; place++) {
      const random = stream(fold(key(seed), "fig5", task, place));
      const index = random.int(0, lines.length - 1);
      const line = lines[index];
      if (line === undefined) throw new RangeError(`Reading ${task} pairs lost line ${index}`);
      examples.push({
        task,
        index,
        instruction: namedInstruction(sampleInstruction(random, task, "train"), {
          task,
          objectName: line.object,
        }),
        prompt: line.prompt,
        condition: await shown(line.condition),
        target: await shown(line.target),
      });
      context.progress(examples.length, tasks.length * count, "pairs");
    }
  }
  const hash = sha256(JSON.stringify(examples.map(({ condition, target, ...words }) => [
    sha256(condition),
    sha256(target),
    words,
  ])));
  storeExamples(context, { hash, side: SIDE, examples });
}
