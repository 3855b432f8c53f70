/** The training instructions in the joint text space: do the wordings of a task lie together? */
import { fold, key, stream } from "../../lib/engine/mod.ts";
import {
  CORPUS,
  instructionCorpus,
  keywordedInstructions,
  namedInstruction,
} from "../../lib/instructions/mod.ts";
import { neighbourPurity, pointsOf } from "../../lib/projection/mod.ts";
import { CONCEPTS, TASK_RECORDS, type TaskId, taskOf, TASKS } from "../../lib/tasks/mod.ts";
import { meanScore } from "../parts/bootstrap_score.ts";
import type { Measurement } from "../parts/measurement.ts";
import { textVectors } from "../parts/text_vectors.ts";

const NEIGHBOURS = 10;

/** Instructions as the trainings read them: the name of a training concept in the place of the object's word, where the task has one. */
function named(task: TaskId, wordings: readonly string[]): readonly string[] {
  if (taskOf(task).words.objectWord === null) return wordings;
  const words = CONCEPTS.filter(({ split }) => split === "train").map(({ word }) => word);
  return wordings.map((wording, i) =>
    namedInstruction(wording, {
      task,
      objectName: stream(fold(key("evaluate the instructions"), i)).pick(words),
    })
  );
}

export const INSTRUCTIONS: Measurement = {
  checkpoints: [],
  items: { what: "training instructions of each task", usual: 1000, low: 5, high: CORPUS.sizes.train },
  pictures: false,
  async measure({ items }) {
    const corpora = TASKS.map((task) => instructionCorpus(task, "train").slice(0, items));
    /** Purity of every wording, [task][wording]. */
    const purities = async (wordings: readonly (readonly string[])[]) => {
      const labels = TASKS.flatMap((task, place) => wordings[place]!.map(() => task));
      const purity = neighbourPurity(pointsOf(await textVectors(wordings.flat())), labels, { k: NEIGHBOURS });
      return TASKS.map((task) => [...purity].filter((_, i) => labels[i] === task));
    };
    const asWritten = await purities(corpora);
    const keyworded = await purities(
      TASKS.map((task) => keywordedInstructions(task).slice(0, items)),
    );
    const withNames = await purities(
      corpora.map((corpus, place) => named(TASKS[place]!, corpus)),
    );
    return {
      method:
        `${TASKS.length} × ${items} training instructions as the frozen sentence encoder places them; purity is the share of a ` +
        `wording's ${NEIGHBOURS} nearest that belong to its task, averaged over all wordings. The bar is on as many whose ` +
        "sentences use the paper's words; beside it the corpora as written, and the same with a concept's name in the place of \"object\", as trainings read them.",
      scores: [
        meanScore("neighbour purity, in the paper's words", keyworded, { bar: { least: 0.95, items: 1000 } }),
        meanScore("neighbour purity", asWritten),
        ...TASKS.map((task, place) => meanScore(`neighbour purity, ${task}`, [asWritten[place] as number[]])),
        meanScore("neighbour purity, objects named", withNames),
        ...TASK_RECORDS.flatMap(({ id, words }, place) =>
          words.objectWord === null
            ? []
            : [meanScore(`neighbour purity, ${id}, objects named`, [withNames[place] as number[]])]
        ),
      ],
    };
  },
};
