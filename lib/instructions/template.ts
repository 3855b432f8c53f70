/** Templates: text with `{slot}` for one of a slot's phrases and `{a|b|}` for one of these. Phrases may hold templates themselves. */
import type { Stream } from "../engine/mod.ts";
import type { Slots } from "../tasks/task.ts";

const DEEPEST = 8;

/**
 * Fills every brace with a phrase sampled from the stream, outermost first.
 *
 * @throws RangeError when a slot is unknown or slots refer to each other without end.
 */
export function fillTemplate(template: string, slots: Slots, random: Stream): string {
  let text = template;
  for (let depth = 0; text.includes("{"); depth++) {
    if (depth === DEEPEST) {
      throw new RangeError(`fillTemplate() needs slots nested at most ${DEEPEST} deep, got "${template}"`);
    }
    text = text.replace(/\{([^{}]*)\}/gu, (_, inside: string) => {
      const choices = inside.includes("|") ? inside.split("|") : slots[inside];
      if (!choices) {
        throw new RangeError(
          `fillTemplate() needs a slot "${inside}" for "${template}", got ${Object.keys(slots).join(", ")}`,
        );
      }
      return random.pick(choices);
    });
  }
  return text;
}

/** Names of the slots a template asks for. */
export function slotNames(template: string): string[] {
  return [...template.matchAll(/\{([^{}|]+)\}/gu)].map(([, name]) => name as string);
}

/** One blank between words, none before punctuation, none at the ends; no comma before another mark or at the end. */
export function tidySentence(text: string): string {
  return text
    .replace(/\s+/gu, " ")
    .replace(/ ([,.?!:;])/gu, "$1")
    .replace(/,+([,.?!:;]|$)/gu, "$1")
    .trim();
}

/** A capital at the start. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
