/** Scenes that no part was trained on: a stretch of the pre-training stream that no recipe reads. */
import { type Bank, composePretrain, type Rgb, type SceneTruth } from "../../lib/tasks/mod.ts";

/** First index of the stretch; the recipes read below 50,000,000. */
export const FIRST_HELD_OUT = 90_000_000;

/** First index of another such stretch: what linear probes are fitted on. */
export const FIRST_PROBED = 80_000_000;

/** A held-out picture with its caption. */
export interface HeldOutItem {
  /** Place in the pre-training stream. */
  readonly index: number;
  readonly image: Rgb;
  readonly caption: string;
  /** What the scene shows; undefined for a portrait. */
  readonly scene: SceneTruth | undefined;
}

/** The stretch from its first item on, without end. */
export function* heldOutItems(bank: Bank): Generator<HeldOutItem, never> {
  for (let index = FIRST_HELD_OUT;; index++) {
    const { image, caption, truth } = composePretrain(bank, index);
    yield { index, image, caption, scene: truth.kind === "scene" ? truth : undefined };
  }
}

/** Takes items until `count` scenes with as many captions are found; portraits and repeated captions are passed over. */
export function differentCaptions(items: Generator<HeldOutItem, never>, count: number): HeldOutItem[] {
  const found = new Map<string, HeldOutItem>();
  while (found.size < count) {
    const item = items.next().value;
    if (item.scene !== undefined && !found.has(item.caption)) found.set(item.caption, item);
  }
  return [...found.values()];
}

/**
 * Takes items until `count` scenes of as many concepts are found; portraits, repeated concepts and the captions of `except` are passed over.
 */
export function distinctScenes(
  items: Generator<HeldOutItem, never>,
  count: number,
  options: { readonly except?: ReadonlySet<string> } = {},
): HeldOutItem[] {
  const { except } = options;
  const found = new Map<string, HeldOutItem>();
  while (found.size < count) {
    const item = items.next().value;
    const word = item.scene?.concept.word;
    if (word !== undefined && !found.has(word) && !except?.has(item.caption)) found.set(word, item);
  }
  return [...found.values()];
}
