import assert from "node:assert/strict";
import { UserError } from "../engine/mod.ts";
import { TASKS } from "../tasks/registry.ts";
import { generateInstructions, PAPER_REQUESTS } from "./language_model.ts";
import { completion, withChatServer as withServer } from "./testdata/stand_in_chat.ts";
import { foreignKeywords } from "./keyword_rule.ts";

function userError(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UserError && pattern.test(error.message);
}

Deno.test("generateInstructions() asks the paper's request and filters the answers when a model writes lists", async () => {
  const answers = [
    completion(
      'Here you are:\n1. Take the style of it\n2) "Use this style"\n- Keep the style and the face\n* style',
    ),
    completion('["take the style of it!", "Paint it in that style"]'),
  ];
  await withServer(answers, async (model, requests) => {
    const { instructions, rejected } = await generateInstructions("style", { ...model, apiKey: "k" }, {
      count: 3,
    });
    assert.deepEqual(instructions, ["Take the style of it", "Use this style", "Paint it in that style"]);
    assert.deepEqual(rejected.map(({ reason }) => reason), [
      'holds "face", a keyword of another task',
      "1 words",
    ]);
    assert.equal(requests.length, 2);
    assert.equal(requests[0]?.url, "/v1/chat/completions");
    assert.equal(requests[0]?.key, "Bearer k");
    assert.equal(requests[0]?.body.model, "stand-in");
    assert.ok(requests[0]?.body.messages[0]?.content.startsWith(PAPER_REQUESTS.style));
    assert.match(requests[1]?.body.messages[0]?.content as string, /Do not repeat these: .*Use this style/);
  });
});

Deno.test("generateInstructions() asks again when an answer is late, broken or an overload", async () => {
  const answers = [
    { hang: true } as const,
    { status: 503 },
    { body: "no json" },
    { body: "{}" },
    completion("the same face"),
  ];
  await withServer(answers, async (model, requests) => {
    const options = { ...model, timeout: 100, attempts: 5 };
    assert.deepEqual((await generateInstructions("face", options, { count: 1 })).instructions, [
      "the same face",
    ]);
    assert.equal(requests.length, 5);
  });
});

Deno.test("generateInstructions() gives up after the attempts allowed when answers stay broken or late", async () => {
  await withServer([{ body: "<html>" }], async (model, requests) => {
    await assert.rejects(
      generateInstructions("face", model, { count: 1 }),
      userError(/tried 3 times\): its answer is no JSON: "<html>"/),
    );
    assert.equal(requests.length, 3);
  });
  await withServer([{ hang: true }], async (model) => {
    const options = { ...model, timeout: 50, attempts: 1 };
    await assert.rejects(
      generateInstructions("face", options, { count: 1 }),
      userError(/tried once\): no answer within 50 ms/),
    );
  });
});

Deno.test("generateInstructions() takes instructions alone from an answer of a model that thinks, and tells what it left out", async () => {
  const answer =
    "<think>\nThe user wants styles.\n1. maybe this style\n</think>\n\nSure! Below you will find some.\n\n" +
    "(1) **use this style**\n(2) **paint in that style**\n\nHope these help!";
  await withServer([completion(answer)], async (model) => {
    const { instructions, rejected, dropped } = await generateInstructions("style", model, { count: 2 });
    assert.deepEqual(instructions, ["use this style", "paint in that style"]);
    assert.deepEqual(rejected, []);
    assert.deepEqual(dropped.map(({ reason }) => reason), [
      "the model's thoughts",
      "talk to the reader",
      "talk to the reader",
    ]);
  });
});

Deno.test("generateInstructions() does not ask again when the request itself is refused", async () => {
  await withServer([{ status: 401, body: "wrong key" }], async (model, requests) => {
    await assert.rejects(
      generateInstructions("face", model, { count: 1 }),
      userError(/status 401, wrong key/),
    );
    assert.equal(requests.length, 1);
  });
});

Deno.test("generateInstructions() stops when answers bring nothing new", async () => {
  await withServer([completion("same face")], async (model, requests) => {
    await assert.rejects(
      generateInstructions("face", model, { count: 2 }),
      userError(/4 answers in a row brought nothing new, got 1/),
    );
    assert.equal(requests.length, 5);
  });
});

Deno.test("generateInstructions() refuses an answer when it is longer than a megabyte", async () => {
  await withServer([completion("x".repeat(1_100_000))], async (model) => {
    await assert.rejects(
      generateInstructions("face", { ...model, attempts: 1 }, { count: 1 }),
      userError(/longer than/),
    );
  });
});

Deno.test("PAPER_REQUESTS forbid every other task's keyword", () => {
  for (const task of TASKS) {
    assert.equal(new Set(foreignKeywords(PAPER_REQUESTS[task], task)).size, 4, task);
  }
});
