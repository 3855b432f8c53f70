/**
 * Identity preservation (paper, Sec. 3.4): two views of one person; every odd item's condition is zoomed in on the
 * face. The prompt names the target's expression, clothes and background; looks are named in 30 %.
 */
import type { Stream } from "../engine/mod.ts";
import { CLIP_I, CLIP_P } from "../metrics/mod.ts";
import { seriesLook } from "../plots/palette.ts";
import { portraitCaption } from "./captions.ts";
import { drawPortraitLayout, drawPortraitSpec } from "./draw_spec.ts";
import { FACE_GRAMMAR } from "./face_grammar.ts";
import { attributeAgreement, heldOutFaces, nearestIdentity } from "./oracle_face.ts";
import { type Bank, type Draft, portraitTruth } from "./pair.ts";
import { conditionField, controlField, targetField, textField } from "./pair_fields.ts";
import type { Pool } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";
import { VIEW_COUNT } from "./portraits.ts";
import { SURROUNDINGS, type Task } from "./task.ts";
import { askedPortrait } from "./wishes.ts";

const LOOKS_TOLD = 0.3;

/** Identity preservation. */
export const FACE: Task<"face"> = {
  id: "face",
  title: "Face",
  display: { ...seriesLook(4), solid: { full: "▼", open: "▽" } },
  words: {
    keyword: "face",
    forms: /\bfac(?:e|es|ed|ing|eless|ial|ials|ially)\b|\bidentit(?:y|ies)\b/giu,
    named: ["the face", "the faces", "the identity of the person"],
    fixed: "Use the face from the image",
    request:
      "Generate ways to describe taking the face or identity from an image of varying lengths, do not use the words composition, style, everything or object",
    grammar: FACE_GRAMMAR,
    freeWordings: [
      "the same person once more",
      "it should be her again, or him",
      "keep who it is",
      "show this very person in another photo",
      "I want to recognise whoever is in this portrait",
      "same person, different outfit",
      "This is me, please show me in the new scene.",
      "Preserve the sitter's features across new pose, wardrobe and lighting.",
      "Retain eyes, nose, mouth and age of the individual; vary viewpoint and surroundings.",
    ],
    objectWord: null,
  },
  takes: {
    portrait: (wish) => ({
      ...askedPortrait(wish),
      identity: wish.source.identity,
      treatment: { ...wish.source.treatment, treatment: "none" },
    }),
  },
  aspects: { takes: "person", leaves: ["look", "layout"] },
  paperLike,
  dataset: {
    pairs: 40_000,
    source: "CelebA: pairs of one person, half of the conditions zoomed to the face, captions by GPT-4o",
    fields: [
      conditionField("the person, or the face alone"),
      targetField("another picture of the person"),
      textField("prompt", "what the target shows"),
      controlField("pose", "what OpenPose's annotator finds in the target, of its shape; for Fig. 10"),
    ],
    build: { kind: "people", zoomed: 0.5 },
  },
  scores: [CLIP_I, CLIP_P],
  oracle: {
    name: "face attributes",
    definition:
      "share of hair, hair colour, skin, beard, glasses and drawing family in common with the condition",
    score: (bank, { truth }, output) => {
      const { identity } = portraitTruth(truth.condition);
      return attributeAgreement(
        nearestIdentity(heldOutFaces(bank), output, portraitTruth(truth.target)),
        identity,
      );
    },
  },
  leak: SURROUNDINGS,
};

function paperLike(bank: Bank, pool: Pool, random: Stream, index: number): Draft {
  const [first, end] = pool.identities;
  const identity = random.int(first, end - 1);
  const from = random.int(0, VIEW_COUNT - 1);
  const to = (from + random.int(1, VIEW_COUNT - 1)) % VIEW_COUNT;
  const source = drawPortraitSpec(random, pool, {
    identity,
    view: from,
    layout: { ...drawPortraitLayout(random), zoomed: index % 2 === 1 },
    treatedShare: 0.1,
  });
  const goal = drawPortraitSpec(random, pool, { identity, view: to });
  return {
    condition: drawPortrait(bank.portraits, source),
    target: drawPortrait(bank.portraits, goal),
    prompt: portraitCaption(goal, { looks: random.bool(LOOKS_TOLD) }),
    conditionCaption: portraitCaption(source, { looks: true }),
    truth: { condition: source, target: goal },
  };
}
