import assert from "node:assert/strict";
import { instructionCorpus } from "./corpus.ts";
import { articleFor, namedInstruction, nameObject } from "./object_name.ts";

Deno.test("nameObject() puts the name in the keyword's place when the instruction says object", () => {
  assert.equal(
    nameObject("Use the object from the image", { task: "object", objectName: "monkey" }),
    "Use the monkey from the image",
  );
  assert.equal(nameObject("same object", { task: "object", objectName: "red apple" }), "same red apple");
  assert.equal(nameObject("Object, please", { task: "object", objectName: "monkey" }), "Monkey, please");
});

Deno.test("nameObject() gives the name its own article when the instruction says an object", () => {
  assert.equal(
    nameObject("there is an object in it", { task: "object", objectName: "monkey" }),
    "there is a monkey in it",
  );
  assert.equal(
    nameObject("An object in it", { task: "object", objectName: "umbrella" }),
    "An umbrella in it",
  );
  assert.deepEqual(["unicorn", "hourglass", "euro", "axe", "ukulele", "UFO", "egg"].map(articleFor), [
    "a",
    "an",
    "a",
    "an",
    "a",
    "a",
    "an",
  ]);
});

Deno.test("namedInstruction() leaves no object behind when applied to the whole corpus", () => {
  for (const split of ["train", "held-out"] as const) {
    for (const instruction of instructionCorpus("object", split)) {
      assert.doesNotMatch(namedInstruction(instruction, { task: "object", objectName: "teapot" }), /object/i);
    }
  }
});

Deno.test("nameObject() refuses a name that is blank or holds another task's keyword, and an instruction without object", () => {
  for (const name of [" ", "clock face", "hairstyle"]) {
    assert.throws(() => nameObject("the object", { task: "object", objectName: name }), RangeError);
  }
  assert.throws(() => nameObject("the style", { task: "object", objectName: "monkey" }), /says "object"/);
});

Deno.test("namedInstruction() names the item's object where the task names it and the instruction says object, and changes nothing else", () => {
  const named = { task: "object", objectName: "monkey" } as const;
  assert.equal(namedInstruction("Use the object", named), "Use the monkey");
  assert.equal(namedInstruction("Just the thing", named), "Just the thing");
  assert.equal(namedInstruction("Use the style", { task: "style", objectName: "monkey" }), "Use the style");
  assert.equal(namedInstruction("Use the style", { task: "style" }), "Use the style");
  assert.throws(
    () => namedInstruction("Use the object", { task: "object" }),
    /needs the name of the item's object/,
  );
});
