/**
 * Instructions as a person would type them who knows neither the grammar nor the keywords of the tasks: a few of each, in data/free_wordings.json. No
 * model is trained on any, none holds a keyword, and most were written by someone who had not seen the grammar, so that a model which heeds them has
 * understood more than the words it was taught. None names a thing, a person's sex or a medium, which a condition might contradict.
 */
import wordings from "../../data/free_wordings.json" with { type: "json" };

const FREE: Readonly<Record<string, readonly string[]>> = wordings;

/** A task's free wordings. @throws RangeError for a task that has none. */
export function freeWordings(task: string): readonly string[] {
  const found = Object.hasOwn(FREE, task) ? FREE[task] : undefined;
  if (found === undefined) {
    throw new RangeError(
      `Wording ${task} freely needs wordings in data/free_wordings.json, expected some of ${
        Object.keys(FREE).join(", ")
      }`,
    );
  }
  return found;
}
