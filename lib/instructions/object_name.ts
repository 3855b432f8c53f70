/** Sec. 3.4, object extraction: "we replace the 'object' keyword in the instruction with the name of the object". */
import { foreignKeywords, saysObject } from "./keyword_rule.ts";
import { capitalized } from "./template.ts";

/** Words spoken with a vowel first: most by their letter, a few against it ("an hour", "a unicorn"). */
const VOWEL_SOUND = /^(?:[aio]|e(?!u)|u(?!ni|fo\b|kulele|tensil|sb|sed)|hour|heir|honest)/iu;

/** "a" or "an", as the following word asks. */
export function articleFor(word: string): "a" | "an" {
  return VOWEL_SOUND.test(word) ? "an" : "a";
}

/**
 * Puts the object's name ("red apple") where an instruction says "object"; "an object" becomes "a red apple".
 *
 * @throws RangeError when the instruction does not say "object", or the name is blank or holds another task's keyword.
 */
export function nameObject(instruction: string, name: string): string {
  const foreign = foreignKeywords(name, "object");
  if (name.trim() === "" || foreign.length) {
    throw new RangeError(
      `nameObject() needs a name without another task's keyword, got "${name}"${
        foreign.length ? ` with "${foreign[0]}"` : ""
      }`,
    );
  }
  let found = false;
  const named = instruction.replace(
    /\b(?:(an?)(\s+))?(objects?)\b/giu,
    (_, article?: string, gap?: string, word?: string) => {
      found = true;
      const own = /^O/u.test(word as string) ? capitalized(name) : name;
      if (article === undefined) return own;
      const fitting = articleFor(name);
      return (/^A/u.test(article) ? capitalized(fitting) : fitting) + gap + own;
    },
  );
  if (!found) {
    throw new RangeError(`nameObject() needs an instruction that says "object", got "${instruction}"`);
  }
  return named;
}

/**
 * An instruction as an item's model reads it: the item's object takes the place of the word "object". Instructions that do not say it, and items
 * without an object's name, leave it as it is.
 */
export function namedInstruction(instruction: string, objectName: string | undefined): string {
  return objectName !== undefined && saysObject(instruction)
    ? nameObject(instruction, objectName)
    : instruction;
}
