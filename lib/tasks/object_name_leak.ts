/**
 * Whether a picture shows the condition's object, by name, where it should not. Of 150 style conditions themselves, a perfect copier's pictures,
 * the judge names 31 % and the conditioning encoder 25 % (strong treatments hide the object); of their targets both name 1 %.
 */
import { CONCEPTS, withArticle } from "./concepts.ts";
import { sceneTruth } from "./pair.ts";
import type { TaskLeak } from "./task.ts";

/** Names of all concepts ("a fox"); the condition must be a scene. */
export const objectNameLeak: TaskLeak = {
  kind: "name",
  names: () => CONCEPTS.map(withArticle),
  own({ truth }) {
    const { word } = sceneTruth(truth.condition).concept;
    return CONCEPTS.findIndex((concept) => concept.word === word);
  },
};
