/** Fields of a training pair at the paper's scale: a line of DIR/train.jsonl or DIR/val.jsonl names its pictures and holds its texts. */

/** A field of a line. */
export interface PairField {
  /** Its name in the line. */
  readonly name: string;
  /** A picture is a path below the folder. */
  readonly kind: "picture" | "text";
  /** Whether a line without it is wrong. */
  readonly required: boolean;
  /** What it is, one line. */
  readonly what: string;
  /** Of pictures: the shorter side that is needed, in pixels. */
  readonly side?: number;
}

/** Side of the training's pictures, in pixels. */
export const TRAINING_SIDE = 512;
/** Side that the image encoder sees, in pixels. */
const ENCODER_SIDE = 224;

/** The condition's picture, as large as the image encoder sees it. */
export const conditionField = (what: string, side: number = ENCODER_SIDE): PairField => ({
  name: "condition",
  kind: "picture",
  required: true,
  what,
  side,
});

/** The target's picture. */
export const targetField = (what: string): PairField => ({
  name: "target",
  kind: "picture",
  required: true,
  what,
  side: TRAINING_SIDE,
});

/** What a ControlNet is shown of the target where that cannot be found in the target itself; named as the ControlNet is. */
export const controlField = (name: string, what: string): PairField => ({
  name,
  kind: "picture",
  required: false,
  what,
  side: TRAINING_SIDE,
});

/** A text; `required` unless false. */
export const textField = (name: string, what: string, required = true): PairField => ({
  name,
  kind: "text",
  required,
  what,
});
