/**
 * Whether a picture shows the condition's object, by name, where it should not. Of 150 style conditions themselves, a perfect copier's pictures,
 * the judge names 31 % and the conditioning encoder 25 % (strong treatments hide the object); of their targets both name 1 %.
 */
import { CONCEPTS, withArticle } from "./concepts.ts";
import type { TaskLeak } from "./task.ts";

/** Names of all concepts ("a fox"); a portrait has none. */
export const objectNameLeak: TaskLeak = {
  kind: "name",
  names: () => CONCEPTS.map(withArticle),
  own({ truth: { condition } }) {
    if (condition.kind !== "scene") return undefined;
    const { word } = condition.concept;
    return CONCEPTS.findIndex((concept) => concept.word === word);
  },
};
