/** Sec. 3.4, object extraction: "we replace the 'object' keyword in the instruction with the name of the object". */
import { type TaskId, taskOf } from "../tasks/registry.ts";
import { foreignKeywords } from "./keyword_rule.ts";
import { capitalized } from "./template.ts";

/** Words spoken with a vowel first: most by their letter, a few against it ("an hour", "a unicorn"). */
const VOWEL_SOUND = /^(?:[aio]|e(?!u)|u(?!ni|fo\b|kulele|tensil|sb|sed)|hour|heir|honest)/iu;

/** "a" or "an", as the following word asks. */
export function articleFor(word: string): "a" | "an" {
  return VOWEL_SOUND.test(word) ? "an" : "a";
}

/** What of an item names its object. */
export interface NamedItem {
  /** Whose instruction it is. */
  readonly task: TaskId;
  /** Absent where the task names none. */
  readonly objectName?: string | undefined;
}

/** Whether a text says a word, or its plural, so that an object's name can take its place. */
export const saysWord = (text: string, word: string): boolean =>
  new RegExp(`\\b${word}s?\\b`, "iu").test(text);

/**
 * Puts the object's name ("red apple") where an instruction says the task's word for it: "object"; "an object" becomes "a red apple".
 *
 * @throws RangeError when the task names no object or the instruction does not say that word, or the name is blank or holds another task's keyword.
 */
export function nameObject(
  instruction: string,
  { task, objectName: name }: NamedItem & { readonly objectName: string },
): string {
  const { objectWord } = taskOf(task).words;
  if (objectWord === null) {
    throw new RangeError(`nameObject() needs a task whose instructions name an object, got "${task}"`);
  }
  const foreign = foreignKeywords(name, task);
  if (name.trim() === "" || foreign.length) {
    throw new RangeError(
      `nameObject() needs a name without another task's keyword, got "${name}"${
        foreign.length ? ` with "${foreign[0]}"` : ""
      }`,
    );
  }
  let found = false;
  const named = instruction.replace(
    new RegExp(`\\b(?:(an?)(\\s+))?(${objectWord}s?)\\b`, "giu"),
    (_, article?: string, gap?: string, word?: string) => {
      found = true;
      const own = /^\p{Lu}/u.test(word as string) ? capitalized(name) : name;
      if (article === undefined) return own;
      const fitting = articleFor(name);
      return (/^A/u.test(article) ? capitalized(fitting) : fitting) + gap + own;
    },
  );
  if (!found) {
    throw new RangeError(`nameObject() needs an instruction that says "${objectWord}", got "${instruction}"`);
  }
  return named;
}

/**
 * An instruction as an item's model reads it: the item's object takes the place of the task's word for it. Instructions that do not say it, and those
 * of tasks that name no object, stay as they are.
 *
 * @throws RangeError when the task names its object and the item has no name for it.
 */
export function namedInstruction(instruction: string, { task, objectName }: NamedItem): string {
  const { objectWord } = taskOf(task).words;
  if (objectWord === null) return instruction;
  if (objectName === undefined) {
    throw new RangeError(`An instruction of the ${task} task needs the name of the item's object, got none`);
  }
  return saysWord(instruction, objectWord) ? nameObject(instruction, { task, objectName }) : instruction;
}
