/**
 * Style preservation (paper, Sec. 3.4): what the prompt asks for in the look of the condition: of a scene its family and treatment, of a portrait its
 * treatment, with hue and strength.
 * Departures: the paper's targets come from InstantStyle, here whoever draws knows the style exactly; and the conditions are those of the other tasks
 * (`wishes.ts`), so that only the instruction tells this one.
 */
import type { Stream } from "../engine/mod.ts";
import { CLIP_P, CLIP_S } from "../metrics/mod.ts";
import { seriesLook } from "../plots/palette.ts";
import { sceneCaption } from "./captions.ts";
import { drawSceneSpec, drawStyle } from "./draw_spec.ts";
import { objectNameLeak } from "./object_name_leak.ts";
import { classifyStyle, styleOracleOf } from "./oracle_style.ts";
import { type Bank, type Draft, drawVisible, kindOf, treatmentOf } from "./pair.ts";
import { conditionField, targetField, textField } from "./pair_fields.ts";
import type { Pool } from "./pools.ts";
import { STYLE_GRAMMAR } from "./style_grammar.ts";
import type { Task } from "./task.ts";
import { askedPortrait, askedScene } from "./wishes.ts";

const TREATED = 0.8;

/** Style preservation. */
export const STYLE: Task<"style"> = {
  id: "style",
  title: "Style",
  display: { ...seriesLook(1), solid: { symbol: "square" } },
  words: {
    keyword: "style",
    forms: /\b\w*styl(?!us|i\b)\w*/giu,
    named: ["the style", "its art style", "the drawing style"],
    fixed: "Use the style of the image",
    request:
      "Generate ways to describe taking the style from an image of varying lengths, do not use the words composition, object, face or everything",
    grammar: STYLE_GRAMMAR,
    objectWord: null,
  },
  takes: {
    scene: (wish) => ({ ...askedScene(wish), style: wish.source.style, grain: wish.source.grain }),
    portrait: (wish) => ({
      ...askedPortrait(wish),
      treatment: wish.source.treatment,
      grain: wish.source.grain,
    }),
  },
  aspects: { takes: "look", leaves: ["thing", "layout", "person"] },
  paperLike,
  dataset: {
    pairs: 20_000,
    source:
      "conditions from ehristoforu/midjourney-images, prompts of an art data set, targets drawn by InstantStyle",
    fields: [
      conditionField("the picture whose style is taken"),
      targetField("another scene in that style"),
      textField("prompt", "what the target shows"),
      textField("caption", "what the condition shows; CLIP-S needs it", false),
    ],
    build: { kind: "styled" },
  },
  scores: [CLIP_S, CLIP_P],
  oracle: {
    name: "treatment kept",
    definition: "1 where colour and edge statistics place the image in the condition's treatment",
    score: (bank, { truth }, output) =>
      Number(
        classifyStyle(styleOracleOf(bank), output, kindOf(truth.target)).treatment ===
          treatmentOf(truth.target),
      ),
  },
  leak: objectNameLeak,
};

function paperLike(bank: Bank, pool: Pool, random: Stream): Draft | undefined {
  const everyItem = pool.split === "val"; // the held-out half must show held-out styles
  const style = drawStyle(random, pool, everyItem ? 1 : TREATED);
  const source = drawSceneSpec(random, pool, { style });
  const goal = drawSceneSpec(random, pool, {
    style,
    avoidCluster: source.concept.cluster,
    avoidPlace: source.place.name,
  });
  const condition = drawVisible(bank, source);
  const target = condition && drawVisible(bank, goal);
  if (!condition || !target) return undefined;
  return {
    condition: condition.image,
    target: target.image,
    prompt: sceneCaption(goal),
    conditionCaption: sceneCaption(source),
    truth: { condition: condition.truth, target: target.truth },
  };
}
