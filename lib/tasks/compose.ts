/** Items on demand: (split, task, index) is all an item depends on. */
import { fold, key, stream } from "../engine/mod.ts";
import { portraitCaption, sceneCaption } from "./captions.ts";
import type { Rgb } from "./canvas.ts";
import type { Family } from "./families/mod.ts";
import { drawPortraitSpec, drawSceneSpec, drawSeed, drawStyle } from "./draw_spec.ts";
import { type Bank, COMPOSER_VERSION, drawVisible, type ImageTruth, type Item } from "./pair.ts";
import { poolOf, type Split, SPLITS } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";
import { type TaskId, taskOf, TASKS } from "./registry.ts";
import { sharedItem } from "./shared_items.ts";
import { findStyle, sampleStyle } from "./styles.ts";

/** One item of a task. */
export interface Pair extends Item {
  /** The task. */
  readonly task: TaskId;
}

const MOST_DRAWS = 100;

/** Whose conditions and prompts: shared by the tasks, or of each task's own kind, as in the paper's sets. */
export const SOURCES = ["shared", "paper"] as const;
/** One of them. */
export type Sources = (typeof SOURCES)[number];

/** Item `index` of a task: condition, target and words. A few ms; the same arguments always give the same item. `sources` are shared by default. */
export function composePair(
  bank: Bank,
  item: { task: TaskId; split: Split; index: number; sources?: Sources },
): Pair {
  const { task, split, index, sources = "shared" } = item;
  if (!TASKS.includes(task)) {
    throw new RangeError(`composePair() needs a task of ${TASKS.join(", ")}, got "${task}"`);
  }
  if (!SPLITS.includes(split)) {
    throw new RangeError(`composePair() needs a split of ${SPLITS.join(", ")}, got "${split}"`);
  }
  checkIndex("composePair()", index);
  if (sources === "shared") {
    return { task, split, index, ...sharedItem(bank, taskOf(task), { split, index }) };
  }
  const pool = poolOf(split, index);
  const { paperLike } = taskOf(task);
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const random = stream(fold(key("pair"), COMPOSER_VERSION, split, task, index, draw));
    const draft = paperLike(bank, pool, random, index);
    if (draft) return { task, split, index, ...draft };
  }
  throw new RangeError(
    `composePair() needs a readable draw within ${MOST_DRAWS}, ${split}/${task}/${index} gave none`,
  );
}

/** One picture with its caption, for the parts that are trained before the adapter. */
export interface PretrainItem {
  /** RGB bytes [64 64 3]. */
  readonly image: Rgb;
  /** What the picture shows; never empty. */
  readonly caption: string;
  /** What the generator knows about it. */
  readonly truth: ImageTruth;
}

/** Shares of the pre-training mix; the rest are untreated scenes. */
const PORTRAITS = 0.2;
const TREATED = 0.4;
const RECOLOURED = 0.12;
const STYLE_TOLD = 0.7;
const POSITION_TOLD = 0.3;

/**
 * Item `index` of the pre-training stream: 48 % plain scenes, 32 % treated scenes, 20 %
 * portraits; all concepts and styles, the training identities. Dropping captions for guidance is the trainer's work.
 *
 * @param options.only one half of the mix alone.
 * @param options.family scenes in this manner of drawing alone, untreated.
 */
export function composePretrain(
  bank: Bank,
  index: number,
  options: { only?: "scenes" | "portraits"; family?: Family } = {},
): PretrainItem {
  const { only, family } = options;
  checkIndex("composePretrain()", index);
  const pool = poolOf("pre", index);
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const random = stream(fold(key("pretrain"), COMPOSER_VERSION, index, draw));
    const words = { style: random.bool(STYLE_TOLD), position: random.bool(POSITION_TOLD) };
    if (only ? only === "portraits" : random.bool(PORTRAITS)) {
      const spec = drawPortraitSpec(random, pool, { treatedShare: TREATED });
      const caption = portraitCaption(spec, { ...words, looks: random.bool(0.7) });
      return { image: drawPortrait(bank.portraits, spec), caption, truth: spec };
    }
    const style = family
      ? sampleStyle(findStyle(family, "none")!, drawSeed(random))
      : drawStyle(random, pool, TREATED);
    const spec = drawSceneSpec(random, pool, { style, recoloured: RECOLOURED });
    const scene = drawVisible(bank, spec);
    if (scene) return { image: scene.image, caption: sceneCaption(spec, words), truth: scene.truth };
  }
  throw new RangeError(
    `composePretrain() needs a readable draw within ${MOST_DRAWS}, item ${index} gave none`,
  );
}

function checkIndex(what: string, index: number): void {
  if (!Number.isInteger(index) || index < 0) {
    throw new RangeError(`${what} needs a whole index from 0, got ${index}`);
  }
}
