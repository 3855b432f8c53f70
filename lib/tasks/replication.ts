/** Image replication (paper, Sec. 3.4): the target is the condition, whatever else is asked for; in the paper's set the prompt is its full caption. */
import type { Stream } from "../engine/mod.ts";
import { CLIP_I, CLIP_T } from "../metrics/mod.ts";
import { seriesLook } from "../plots/palette.ts";
import { portraitCaption, sceneCaption } from "./captions.ts";
import { drawPortraitSpec, drawSceneSpec, drawStyle } from "./draw_spec.ts";
import { edgeOracle } from "./edge_oracle.ts";
import { type Bank, type Draft, drawVisible } from "./pair.ts";
import { conditionField, textField, TRAINING_SIDE } from "./pair_fields.ts";
import type { Pool } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";
import { REPLICATION_GRAMMAR } from "./replication_grammar.ts";
import type { Task } from "./task.ts";

const PORTRAITS = 0.25;
const TREATED = 0.4;

/** Image replication. */
export const REPLICATION: Task<"replication"> = {
  id: "replication",
  title: "Replication",
  display: { ...seriesLook(0), solid: { symbol: "circle" } },
  words: {
    keyword: "everything",
    forms: /\bevery[ -]?things?\b/giu,
    named: ["everything else", "everything around it", "everything it shows"],
    fixed: "Use everything from the image",
    request:
      "Generate ways to describe taking everything from an image of varying lengths, do not use the words composition, style, face or object",
    grammar: REPLICATION_GRAMMAR,
    freeWordings: [
      "give me that very picture again",
      "an exact copy please",
      "the same image, nothing changed",
      "just show it to me as it is",
      "reproduce this one to one, down to the last detail",
      "same pic again, don't change a thing",
      "I'd like this exact image back, just as it is, please.",
      "Output should be pixel-for-pixel as close to the input as possible.",
      "Please make one more picture same like this, no difference at all.",
      "ok so literally just give me this image again lol",
      "Could you kindly print my old photograph once more with no alterations whatsoever?",
      "Keep the full image intact: subject, background, colors, positions.",
      "I want a twin of this picture, nobody should be able to tell them apart.",
      "leave it exactly how it is",
      "Redraw the complete scene faithfully, down to the last detail, background included.",
      "Treat the reference as final; the result must match it in every respect.",
      "My original is lost, so I need a perfect clone of this image, nothing added, nothing removed.",
    ],
    objectWord: null,
  },
  takes: { scene: ({ source }) => source, portrait: ({ source }) => source },
  aspects: { takes: "everything", leaves: [] },
  paperLike,
  dataset: {
    pairs: 42_000,
    source: "JourneyDB, random pictures with their prompts",
    fields: [
      conditionField("the picture, which is also the target", TRAINING_SIDE),
      textField("prompt", "its original prompt"),
    ],
    build: { kind: "captioned" },
  },
  scores: [CLIP_I, CLIP_T],
  oracle: edgeOracle,
  leak: null,
};

function paperLike(bank: Bank, pool: Pool, random: Stream): Draft | undefined {
  if (random.bool(PORTRAITS)) {
    const spec = drawPortraitSpec(random, pool, { treatedShare: 0.2 });
    const image = drawPortrait(bank.portraits, spec);
    const caption = portraitCaption(spec, { style: true, looks: true });
    return {
      condition: image,
      target: image,
      prompt: caption,
      conditionCaption: caption,
      truth: { condition: spec, target: spec },
    };
  }
  const spec = drawSceneSpec(random, pool, { style: drawStyle(random, pool, TREATED), recoloured: 0.15 });
  const scene = drawVisible(bank, spec);
  if (!scene) return undefined;
  const caption = sceneCaption(spec, { style: true, position: random.bool(0.1) });
  return {
    condition: scene.image,
    target: scene.image,
    prompt: caption,
    conditionCaption: caption,
    truth: { condition: scene.truth, target: scene.truth },
  };
}
