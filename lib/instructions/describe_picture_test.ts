import assert from "node:assert/strict";
import { UserError } from "../engine/mod.ts";
import { PassingFault } from "./chat_model.ts";
import { CAPTION_REQUEST, describePicture, readCaption } from "./describe_picture.ts";
import { completion, withChatServer } from "./testdata/stand_in_chat.ts";

const PICTURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);

Deno.test("describePicture() shows the picture beside the request and gives the sentence", () =>
  withChatServer([completion("A red boat on a lake.")], async (model, requests) => {
    const caption = await describePicture({ ...model, apiKey: "k" }, PICTURE, "image/png");
    assert.equal(caption, "A red boat on a lake.");
    assert.equal(requests[0]?.key, "Bearer k");
    assert.deepEqual(requests[0]?.body.messages[0]?.content as unknown, [
      { type: "text", text: CAPTION_REQUEST },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw==" } },
    ]);
  }));

Deno.test("readCaption() takes what surrounds a caption away, and nothing of it", () => {
  const caption = 'A sign that says "open: all day" beside a door';
  for (
    const answer of [
      caption,
      `  ${caption}\n`,
      `"${caption}"`,
      `Caption: ${caption}`,
      `**Caption:** ${caption}`.replace("**Caption:**", "**Caption**:"),
      `Here is the caption:\n\n${caption}`,
      `<think>\nA door?\n</think>\n${caption}`,
      `The user wants a caption.</think>${caption}`,
      `[THINK]A door?[/THINK]${caption}`,
      `<|channel|>analysis<|message|>A door?<|end|><|start|>assistant<|channel|>final<|message|>${caption}<|return|>`,
      `Sure! Here is a caption: ${caption}`,
      `Certainly.\n\n**Caption:** ${caption}`,
      `Here's a one-sentence description:\n"${caption}"`,
    ]
  ) assert.equal(readCaption(answer), caption, answer);
});

Deno.test("readCaption() leaves captions alone that begin as talk does", () => {
  for (
    const caption of [
      "Great waves break on a shore: black sand, grey sky",
      "Below a bridge, two boats on a river",
      "These are two red boats",
      "Perfect, still water: a lake at dawn",
      "Hope Street: a door between two shops",
      "Perfect circles of stone in a garden",
      "A thoughtful man in a blue coat",
    ]
  ) assert.equal(readCaption(caption), caption);
});

Deno.test("readCaption() refuses what is no caption", () => {
  for (
    const [answer, what] of [
      ["", /empty/],
      ["<think>nothing</think>", /empty/],
      ["I'm sorry, I can't help with that.", /a refusal/],
      ["I cannot describe people in pictures", /a refusal/],
      ['{"caption": "a boat on a lake"}', /no caption/],
      ["A boat.\nA lake.", /no caption/],
      ["<think>A boat on a lake", /empty/],
      ["As an AI, I see no picture", /a refusal/],
      ["The user wants a caption of the boat", /no caption/],
      ["boat", /1 words/],
      ["word ".repeat(500), /500 words/],
    ] as const
  ) {
    assert.throws(
      () => readCaption(answer),
      (error) => error instanceof PassingFault && what.test(error.message),
    );
  }
});

Deno.test("describePicture() asks again when an answer is nonsense, late or an overload, then gives up in one sentence", async () => {
  const answers = [completion(""), { status: 503 }, { hang: true } as const, completion("A boat on a lake")];
  await withChatServer(answers, async (model, requests) => {
    const patient = { ...model, timeout: 100, attempts: 4 };
    assert.equal(await describePicture(patient, PICTURE, "image/png"), "A boat on a lake");
    assert.equal(requests.length, 4);
  });
  await withChatServer([completion("[1, 2]")], (model) =>
    assert.rejects(
      describePicture(model, PICTURE, "image/png"),
      (error) =>
        error instanceof UserError &&
        /^Asking stand-in at http.* failed \(tried 3 times\): its answer is no caption: "\[1, 2\]"$/.test(
          error.message,
        ),
    ));
});
