import assert from "node:assert/strict";
import { readAnswer } from "./model_answer.ts";

const read = (answer: string) => readAnswer(answer).instructions;
const reasons = (answer: string) => readAnswer(answer).dropped.map(({ reason }) => reason);
const BOTH = ["use the style", "keep the face, please"];

Deno.test("readAnswer() reads lines and JSON arrays, fenced or not", () => {
  assert.deepEqual(read("Sure:\n\n1. one two\n“three”\n- four"), ["one two", "three", "four"]);
  assert.deepEqual(read('```json\n["a b", 3, "c"]\n```'), ["a b", "c"]);
  assert.deepEqual(read("[not json\nbut lines"), ["[not json", "but lines"]);
});

Deno.test("readAnswer() takes marks, quotes and emphasis off", () => {
  const answers = [
    "(1) use the style\n(2) keep the face, please",
    "[1] use the style\n[2] keep the face, please",
    "1: use the style\n2: keep the face, please",
    "1 - use the style\n2 – keep the face, please",
    "a) use the style\nb) keep the face, please",
    "**1.** use the style\n**2.** keep the face, please",
    "1. **use the style**\n2. *keep the face, please*",
    '1. "use the style".\n2. “keep the face, please”',
    "• `use the style`\n• `keep the face, please`",
    "– use the style\n+ keep the face, please",
    "Instruction 1: use the style\nInstruction 2: keep the face, please",
    "**Instruction 1:** use the style\n**Instruction 2:** keep the face, please",
    "| # | Instruction: |\n|---|---|\n| 1 | use the style |\n| 2 | keep the face, please |",
    '"use the style",\n"keep the face, please"',
    '[\n"use the style",\n"keep the face, please",\n"cut off in the mid',
    "use the style\r\n\r\nkeep the face, please\r\n",
    "1. use the style\n---\n2. keep the face, please",
    "i. use the style\nii. keep the face, please",
    "a. use the style\nb. keep the face, please",
    "① use the style\n② keep the face, please",
    "1️⃣ use the style\n2️⃣ keep the face, please",
    "[ ] use the style\n[x] keep the face, please",
    "- [ ] use the style\n- [ ] keep the face, please",
    "> use the style\n> keep the face, please",
    "<ul>\n<li>use the style</li><li>keep the face, please</li>\n</ul>",
    "**Style 1:** use the style\n**Style 2**: keep the face, please",
    "**Style 1**\nuse the style\n**Style 2:**\nkeep the face, please",
  ];
  for (const answer of answers) assert.deepEqual(read(answer).slice(0, 2), BOTH, answer);
});

Deno.test("readAnswer() finds a JSON list wherever it stands, of texts or of objects", () => {
  const list = JSON.stringify(BOTH, null, 2);
  const answers = [
    list,
    `Here are the instructions you asked for:\n\n\`\`\`json\n${list}\n\`\`\`\nLet me know!`,
    `Here they are: ${list} Enjoy.`,
    JSON.stringify({ instructions: BOTH }),
    JSON.stringify({ task: "style", count: 2, results: BOTH }),
    JSON.stringify(BOTH.map((instruction, id) => ({ id, instruction }))),
    JSON.stringify({ instructions: BOTH.map((text) => ({ text, words: 3 })) }),
    JSON.stringify({ 1: BOTH[0], 2: BOTH[1] }),
    '["use the style", "keep the face, please",]',
    '{"instruction": "use the style"}\n{"instruction": "keep the face, please"}',
    `<think>[“no”]</think>${list}`,
    '["use the style"]\n["keep the face, please"]',
    '```json\n["use the style"]\n```\nand\n```json\n["keep the face, please"]\n```',
    JSON.stringify({ instructions: BOTH.join("\n") }),
    '```json\n["use the style", "keep the face, please", "cut off, in the',
    '{"instructions": [\n"use the style",\n"keep the face, please",\n"cut off',
    '[{"text": "use the style"}, {"text": "keep the face, please"}, {"text": "cut',
  ];
  for (const answer of answers) assert.deepEqual(read(answer), BOTH, answer);
  assert.deepEqual(reasons(`Words before.\n\`\`\`json\n["a b", {"n": 1}]\n\`\`\`\nafter`), [
    "outside the list",
    "outside the list",
    "no text in the JSON list",
  ]);
});

Deno.test("readAnswer() gives a list that was cut off its whole entries, and keeps what only looks like a mark", () => {
  assert.deepEqual(readAnswer('```json\n["use the style of this picture",').instructions, [
    "use the style of this picture",
  ]);
  assert.deepEqual(readAnswer('["use the style", "cut, off').dropped, [
    { text: '"cut, off', reason: "cut off" },
  ]);
  const kept = ["J. Turner's style, please", "use picture 1: its style", "3D style of this", "[sic] style"];
  assert.deepEqual(read(kept.join("\n")), kept);
});

Deno.test("readAnswer() knows thoughts by their tags' names, and a beginning without an end leaves nothing usable", () => {
  const lines = BOTH.join("\n");
  for (
    const [begin, end] of [
      ["[THINK]", "[/THINK]"],
      ["<seed:think>", "</seed:think>"],
      ["<think effort=3>", "</think>"],
      ["<antThinking>", "</antThinking>"],
      ["<reasoning_content>", "</reasoning_content>"],
      ["<|begin_of_thought|>", "<|end_of_thought|>"],
      ["<|START_THINKING|>", "<|END_THINKING|>"],
      ["◁think▷", "◁/think▷"],
      ["<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"],
      ["Thinking...\n", "\n...done thinking.\n"],
    ] as const
  ) {
    const thoughts = "Which ones?\nuse a style";
    const whole = readAnswer(`${begin}${thoughts}${end}\n${lines}`);
    assert.deepEqual(whole.instructions, BOTH, begin);
    assert.deepEqual(whole.dropped.map(({ reason }) => reason), ["the model's thoughts"], begin);
    assert.deepEqual(read(`${thoughts}${end}\n${lines}`), BOTH, end);
    assert.deepEqual(read(`${begin}${thoughts}\n${lines}`), [], begin);
  }
  assert.deepEqual(readAnswer(`${lines}<|im_end|>`), {
    instructions: BOTH,
    dropped: [{ text: "<|im_end|>", reason: "a chat template's mark" }],
  });
});

Deno.test("readAnswer() keeps instructions that begin as talk does, or name thoughts", () => {
  const kept = [
    "I want the style of this picture",
    "you can use the style of this picture",
    "great detail in the style of this picture",
    "absolutely keep the style of this picture",
    "perfect copies of the style, please",
    "can you use the style of this picture?",
    "let the style guide your thinking",
    "use the [thoughtful] style of this picture",
    "let's take the style of it",
    "let me see the style of this picture",
    "may I have the style of this picture?",
    "all lines should be in this style, let the lines follow",
  ];
  assert.deepEqual(read(kept.join("\n")), kept);
});

Deno.test("readAnswer() leaves out thoughts and talk, each with its reason", () => {
  const lines = "use the style\nkeep the face, please";
  assert.deepEqual(read(`<think>They want 2.\nuse a style</think>\n${lines}`), BOTH);
  assert.deepEqual(read(`<thinking>\nuse a style\n</thinking>\n\n${lines}`), BOTH);
  assert.deepEqual(read(`use a style, perhaps\n</think>\n${lines}`), BOTH);
  assert.deepEqual(read(`${lines}\n<think>and now`), BOTH);
  assert.deepEqual(read("<think>I never end: use the style"), []);
  assert.deepEqual(reasons("<think>I never end: use the style"), ["the model's thoughts, without an end"]);
  for (
    const talk of [
      "Sure! Below you will find two instructions about style.",
      "Certainly, here are two instructions.",
      "Here are 2 instructions on style",
      "I hope these help with your style!",
      "Let me know if you need more styles.",
      "Note: all of them name the style.",
      "You got it! The style lines follow",
      "As an AI, I have no style of my own.",
      "No problem, here are the style instructions",
      "Here they are.",
      "Would you like more?",
      "# Style instructions",
      "**Style instructions:**",
    ]
  ) {
    assert.deepEqual(read(`${talk}\n${lines}`), BOTH, talk);
    assert.deepEqual(reasons(`${talk}\n${lines}`).length, 1, talk);
  }
  assert.deepEqual(
    readAnswer(
      "My best ideas about style follow\n1. use the style\n2. keep the face, please\nThat was all of it",
    ).dropped,
    [
      { text: "My best ideas about style follow", reason: "outside the list" },
      { text: "That was all of it", reason: "outside the list" },
    ],
  );
});
