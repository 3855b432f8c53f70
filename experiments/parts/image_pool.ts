/** Pre-training scenes held in memory as bytes, with cheap random views of them. */
import { type Stream } from "../../lib/engine/mod.ts";
import {
  type Bank,
  composePretrain,
  CONCEPTS,
  FAMILIES,
  type ImageTruth,
  SIZE,
  treatmentOf,
  TREATMENTS,
  withArticle,
} from "../../lib/tasks/mod.ts";

/** Images and captions of consecutive items of the pre-training stream. */
export interface ImagePool {
  readonly images: readonly Uint8Array[];
  readonly captions: readonly string[];
  /** Which of {@link SUBJECTS} each image shows. */
  readonly subjects: readonly number[];
  /**
   * What each image shows beside that, as a number; −1 where it has none: the person of a portrait, in FAMILIES who drew a scene's thing, in TREATMENTS
   * what was done to it.
   */
  readonly labels: Readonly<Record<"person" | "family" | "treatment", readonly number[]>>;
  /** What the generator knows about each. */
  readonly truths: readonly ImageTruth[];
}

/** What the images show, as the shortest captions: every concept, and a person last. */
export const SUBJECTS: readonly string[] = [...CONCEPTS.map(withArticle), "a person"];

const SUBJECT_OF = new Map(CONCEPTS.map(({ word }, i) => [word, i]));

/** Which of {@link SUBJECTS} a picture shows. */
export function subjectOf(truth: ImageTruth): number {
  const shown = truth.kind === "crop" ? truth.of : truth;
  return shown.kind === "scene" ? SUBJECT_OF.get(shown.concept.word) as number : CONCEPTS.length;
}

/** Composes items `first` … `first + count − 1`, and from the next `portraits` items the portraits alone. */
export function imagePool(
  bank: Bank,
  first: number,
  { count, portraits = 0 }: { count: number; portraits?: number },
): ImagePool {
  const items = Array.from(
    { length: count + portraits },
    (_, i) => composePretrain(bank, first + i, i < count ? {} : { only: "portraits" }),
  );
  return {
    images: items.map((item) => item.image),
    captions: items.map((item) => item.caption),
    subjects: items.map(({ truth }) => subjectOf(truth)),
    labels: {
      person: items.map(({ truth }) => truth.kind === "portrait" ? truth.identity.id : -1),
      family: items.map(({ truth }) => truth.kind === "scene" ? FAMILIES.indexOf(truth.style.family) : -1),
      treatment: items.map(({ truth }) => TREATMENTS.indexOf(treatmentOf(truth))),
    },
    truths: items.map(({ truth }) => truth),
  };
}

/** How far random views stray from the image. */
export interface Augmentation {
  /** Smallest side of the random crop, as a share of the image. */
  readonly smallestCrop: number;
  /** Largest change of brightness and contrast, as a share. */
  readonly colour: number;
  /** Whether half of the views are mirrored (never those whose caption tells left from right). */
  readonly mirror: boolean;
}

/**
 * Writes a random view of an image as [3 64 64] in [-1, 1] into `into` (bilinear crop, mirroring, brightness and contrast). Gives what it made of a
 * colour, by one of its channels.
 */
export function randomView(
  image: Uint8Array,
  into: Float32Array,
  options: { random: Stream; augmentation: Augmentation; caption: string },
): (value: number) => number {
  const { random, augmentation, caption } = options;
  const side = SIZE * (augmentation.smallestCrop + (1 - augmentation.smallestCrop) * random.float());
  const left = random.float() * (SIZE - side);
  const top = random.float() * (SIZE - side);
  const mirrored = augmentation.mirror && random.bool() && !/\b(left|right)\b/.test(caption);
  const gain = 1 + augmentation.colour * (2 * random.float() - 1);
  const shift = augmentation.colour * (2 * random.float() - 1);
  const shown = (value: number) => Math.min(Math.max(value * gain + shift, -1), 1);
  const step = side / SIZE;
  for (let y = 0; y < SIZE; y++) {
    const sy = Math.min(Math.max(top + (y + 0.5) * step - 0.5, 0), SIZE - 1);
    const y0 = Math.floor(sy), fy = sy - y0, y1 = Math.min(y0 + 1, SIZE - 1);
    for (let x = 0; x < SIZE; x++) {
      const sx = Math.min(Math.max(left + (x + 0.5) * step - 0.5, 0), SIZE - 1);
      const x0 = Math.floor(sx), fx = sx - x0, x1 = Math.min(x0 + 1, SIZE - 1);
      const to = y * SIZE + (mirrored ? SIZE - 1 - x : x);
      for (let c = 0; c < 3; c++) {
        const upper = image[(y0 * SIZE + x0) * 3 + c]! * (1 - fx) + image[(y0 * SIZE + x1) * 3 + c]! * fx;
        const lower = image[(y1 * SIZE + x0) * 3 + c]! * (1 - fx) + image[(y1 * SIZE + x1) * 3 + c]! * fx;
        into[c * SIZE * SIZE + to] = shown((upper * (1 - fy) + lower * fy) / 127.5 - 1);
      }
    }
  }
  return shown;
}
