/**
 * Object extraction (paper, Sec. 3.4): the thing, its drawing and colours, without treatment, in another place and layout. In the paper's set the
 * condition is the object cropped out of the target and padded to a square with a random colour; half of the items cut the background away as well.
 */
import { fold, key, type Stream, stream } from "../engine/mod.ts";
import { CLIP_I, CLIP_P } from "../metrics/mod.ts";
import { seriesLook } from "../plots/palette.ts";
import { resample, type Rgba } from "../raster/mod.ts";
import { sceneCaption } from "./captions.ts";
import { newImage, type Rgb, SIZE } from "./canvas.ts";
import { withArticle } from "./concepts.ts";
import { drawSceneSpec, drawSeed, drawStyle } from "./draw_spec.ts";
import { overlay } from "./set_thing.ts";
import { OBJECT_GRAMMAR } from "./object_grammar.ts";
import { keepsDrawing } from "./oracle_object.ts";
import { type Bank, type CropTruth, type Draft, drawVisible, sceneTruth } from "./pair.ts";
import { conditionField, targetField, textField } from "./pair_fields.ts";
import type { Pool } from "./pools.ts";
import type { DrawnScene } from "./scene_image.ts";
import { SURROUNDINGS, type Task } from "./task.ts";
import { askedScene, untreated } from "./wishes.ts";

const TREATED = 0.2;
const RECOLOURED = 0.5;
/** Condition and target mirrored against each other, so that copying pixels is not enough. */
const MIRRORED = 0.3;

/** Object extraction. */
export const OBJECT: Task<"object"> = {
  id: "object",
  title: "Object",
  display: { ...seriesLook(2), solid: { symbol: "diamond" } },
  words: {
    keyword: "object",
    forms: /\b\w*object\w*/giu,
    named: ["the object", "the objects", "any object in it"],
    fixed: "Use the object from the image",
    request:
      "Generate ways to describe taking an object from an image of varying lengths, do not use the words composition, style, face or everything",
    grammar: OBJECT_GRAMMAR,
    freeWordings: [
      "put that thing somewhere new",
      "I want the same item in another scene",
      "cut out what stands in the middle and use that",
      "the very same thing, but elsewhere",
      "take what is in front, drop what is behind it",
      "put this thing somewhere else",
      "Please take the item shown here and place it in the new scene.",
      "Cut out what's in the picture and drop it into the setting I described.",
      "Preserve the depicted product's shape and colours; replace its surroundings per the prompt.",
      "The subject must stay recognisably the same item, only its environment changes.",
    ],
    objectWord: "object",
  },
  takes: {
    scene: (wish) => ({
      ...askedScene(wish),
      concept: wish.source.concept,
      colourway: wish.source.colourway,
      style: untreated(wish.source.style),
    }),
  },
  aspects: { takes: "thing", leaves: ["look", "layout"] },
  paperLike,
  dataset: {
    pairs: 35_000,
    source: "COCO: an object's crop as condition, the whole picture as target, captions by GPT-4o",
    fields: [
      conditionField("the object, padded to a square with one colour where needed"),
      targetField("a scene with the object"),
      textField("prompt", "what the target shows"),
      textField("object", 'its name, which takes the place of "object" in instructions'),
    ],
    build: { kind: "objects" },
  },
  scores: [CLIP_I, CLIP_P],
  oracle: {
    name: "drawing kept",
    definition: "1 where, of the five drawings of the object, the condition's is the nearest in pixels",
    score: (bank, { truth }, output) => Number(keepsDrawing(bank, output, sceneTruth(truth.target))),
  },
  leak: SURROUNDINGS,
};

function paperLike(bank: Bank, pool: Pool, random: Stream): Draft | undefined {
  const spec = drawSceneSpec(random, pool, {
    style: drawStyle(random, pool, TREATED),
    recoloured: RECOLOURED,
  });
  const scene = drawVisible(bank, spec);
  if (!scene) return undefined;
  const paint = stream(fold(key("ground"), drawSeed(random)));
  const crop: CropTruth = {
    kind: "crop",
    of: scene.truth,
    cutOut: random.bool(),
    flip: random.bool(MIRRORED),
    ground: [paint.int(0, 255), paint.int(0, 255), paint.int(0, 255)],
  };
  return {
    condition: drawCrop(scene, crop),
    target: scene.image,
    prompt: sceneCaption(spec),
    conditionCaption: withArticle(spec.concept),
    objectName: spec.concept.word,
    truth: { condition: crop, target: scene.truth },
  };
}

/** The object's box of a drawn scene (one pixel of margin), fitted into a square of the ground colour. */
function drawCrop(scene: DrawnScene, crop: Omit<CropTruth, "kind" | "of">): Rgb {
  const { box } = scene;
  const [left, top] = [Math.max(0, box.left - 1), Math.max(0, box.top - 1)];
  const width = Math.min(SIZE, box.left + box.width + 1) - left;
  const height = Math.min(SIZE, box.top + box.height + 1) - top;
  const source: Rgba = { width: SIZE, height: SIZE, pixels: withAlpha(scene, crop.cutOut) };
  const scale = SIZE / Math.max(width, height);
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const object = resample(source, w, h, { from: { left, top, width, height }, flip: crop.flip });
  const image = newImage();
  for (let i = 0; i < image.length; i++) image[i] = crop.ground[i % 3]!;
  overlay(image, object, Math.floor((SIZE - w) / 2), Math.floor((SIZE - h) / 2));
  return image;
}

function withAlpha({ image, mask }: DrawnScene, cutOut: boolean): Uint8Array {
  const pixels = new Uint8Array(SIZE * SIZE * 4);
  for (let p = 0; p < SIZE * SIZE; p++) {
    const alpha = cutOut ? mask[p]! : 255;
    for (let c = 0; c < 3; c++) pixels[p * 4 + c] = (image[p * 3 + c]! * alpha) / 255;
    pixels[p * 4 + 3] = alpha;
  }
  return pixels;
}
