import assert from "node:assert/strict";
import { TASKS, templates } from "../../lib/instructions/mod.ts";
import { unfilteredInstructions } from "../../lib/instructions/unfiltered.ts";
import { unfilteredWithTemplates } from "./unfiltered_templates.ts";

/** Words of a template outside its braces. */
const fixedWords = (template: string) =>
  template.replace(/\{[^{}]*\}/gu, " ").toLowerCase().match(/\p{L}{3,}/gu) ?? [];

Deno.test("unfilteredWithTemplates() gives the corpus itself, every sentence with the words of its template", () => {
  for (const task of TASKS) {
    for (const split of ["train", "held-out"] as const) {
      for (const mentions of [0, 0.5, 1]) {
        const options = { count: 120, seed: 2, mentions };
        const drawn = unfilteredWithTemplates(task, split, options);
        assert.deepEqual(
          drawn.map(({ instruction }) => instruction),
          unfilteredInstructions(task, split, options),
        );
        const all = templates(task, split);
        for (const { instruction, template } of drawn) {
          assert.ok(all.includes(template), template);
          for (const word of fixedWords(template)) {
            assert.ok(instruction.toLowerCase().includes(word), `"${instruction}" of "${template}"`);
          }
        }
        assert.ok(new Set(drawn.map(({ template }) => template)).size > all.length / 2);
      }
    }
  }
});
