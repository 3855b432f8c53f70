import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
/**
 * The five training sets of the paper (Sec. 3.4), which are not published: what each was made of, and the folder that this project reads in its
 * place.
 *
 *     DIR/train.jsonl, DIR/val.jsonl    one pair a line, as JSON
 *     DIR/…                             the pictures that they name, in any folders
 */

/** A field of a line. */
export interface PairField {
  readonly name: string;
  readonly kind: "picture" | "text";
  readonly required: boolean;
  /** What it is, one line. */
  readonly what: string;
  /** Of pictures: the shorter side that is needed, in pixels. */
  readonly side?: number;
}

/** A training set. */
export interface PaperDataset {
  readonly task: TaskId;
  /** Pairs that the paper trained on; null where it gives no number. */
  readonly pairs: number | null;
  /** What the paper made it of. */
  readonly source: string;
  readonly fields: readonly PairField[];
}

/** Pairs that the paper validated on, per task. */
export const PAPER_VALIDATION = 1000;
/** Side of the training's pictures, in pixels. */
export const TRAINING_SIDE = 512;
/** Side that the image encoder sees, in pixels. */
const ENCODER_SIDE = 224;

const condition = (what: string): PairField => ({
  name: "condition",
  kind: "picture",
  required: true,
  what,
  side: ENCODER_SIDE,
});
const target = (what: string): PairField => ({
  name: "target",
  kind: "picture",
  required: true,
  what,
  side: TRAINING_SIDE,
});
const text = (name: string, what: string, required = true): PairField => ({
  name,
  kind: "text",
  required,
  what,
});

/** The training sets by task. */
export const PAPER_DATASETS: Readonly<Record<TaskId, PaperDataset>> = {
  replication: {
    task: "replication",
    pairs: 42_000,
    source: "JourneyDB, random pictures with their prompts",
    fields: [
      { ...condition("the picture, which is also the target"), side: TRAINING_SIDE },
      text("prompt", "its original prompt"),
    ],
  },
  style: {
    task: "style",
    pairs: 20_000,
    source:
      "conditions from ehristoforu/midjourney-images, prompts of an art data set, targets drawn by InstantStyle",
    fields: [
      condition("the picture whose style is taken"),
      target("another scene in that style"),
      text("prompt", "what the target shows"),
      text("caption", "what the condition shows; CLIP-S needs it", false),
    ],
  },
  object: {
    task: "object",
    pairs: 35_000,
    source: "COCO: an object's crop as condition, the whole picture as target, captions by GPT-4o",
    fields: [
      condition("the object, padded to a square with one colour where needed"),
      target("a scene with the object"),
      text("prompt", "what the target shows"),
      text("object", 'its name, which takes the place of "object" in instructions'),
    ],
  },
  composition: {
    task: "composition",
    pairs: null,
    source: "CommonCanvas: originals as conditions, targets drawn by a scribble ControlNet from their edges",
    fields: [
      condition("the original picture"),
      target("another picture of the same structure"),
      text("prompt", "what the target shows"),
    ],
  },
  face: {
    task: "face",
    pairs: 40_000,
    source: "CelebA: pairs of one person, half of the conditions zoomed to the face, captions by GPT-4o",
    fields: [
      condition("the person, or the face alone"),
      target("another picture of the person"),
      text("prompt", "what the target shows"),
    ],
  },
};

/** A task's folder, as text for a person. */
export function layoutText(task: TaskId): string {
  const { pairs, source, fields } = PAPER_DATASETS[task];
  const widest = Math.max(...fields.map(({ name }) => name.length));
  const example = Object.fromEntries(
    fields.map(({ name, kind }) => [name, kind === "picture" ? `${name}s/000001.jpg` : "…"]),
  );
  return [
    `${task}: the paper had ${
      pairs === null ? "an unknown number of" : pairs.toLocaleString("en")
    } pairs (${source})`,
    ...fields.map(({ name, required, what, side }) =>
      `  ${name.padEnd(widest)}  ${required ? "" : "optional: "}${what}${
        side ? `; shorter side ${side} pixels or more` : ""
      }`
    ),
    `  a line: ${JSON.stringify(example)}`,
  ].join("\n");
}

/** All folders, as text for a person. */
export function layoutsText(): string {
  return TASKS.map(layoutText).join("\n\n");
}
