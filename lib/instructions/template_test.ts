import assert from "node:assert/strict";
import { key, stream } from "../engine/mod.ts";
import { capitalized, fillTemplate, tidySentence } from "./template.ts";

Deno.test("fillTemplate() fills nested slots and choices when phrases hold templates", () => {
  const slots = { what: ["{size} {cat|cat}"], size: ["small"] };
  assert.equal(fillTemplate("a {what}{|}!", slots, stream(key(1))), "a small cat!");
});

Deno.test("fillTemplate() reaches every choice when sampled often", () => {
  const random = stream(key(2));
  const seen = new Set(Array.from({ length: 60 }, () => fillTemplate("{a|b|c}", {}, random)));
  assert.deepEqual([...seen].sort(), ["a", "b", "c"]);
});

Deno.test("fillTemplate() refuses unknown slots and slots without end", () => {
  assert.throws(() => fillTemplate("{nothing}", { some: ["a"] }, stream(key(1))), /needs a slot "nothing"/);
  assert.throws(() => fillTemplate("{a}", { a: ["{a}"] }, stream(key(1))), /nested at most/);
});

Deno.test("tidySentence() mends blanks and commas when phrases were left empty", () => {
  assert.equal(tidySentence(" copy  this , all of it, ."), "copy this, all of it.");
  assert.equal(tidySentence("the whole thing,"), "the whole thing");
  assert.equal(capitalized("one"), "One");
});
