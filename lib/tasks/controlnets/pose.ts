/** Portraits from their pose as the generator knows it; a picture's own outline is where its background ends. */
import { mapF1 } from "../edges.ts";
import { outlineOf, personMask } from "../outline.ts";
import { drawPose, portraitMask } from "../pose_picture.ts";
import type { Controlnet } from "./controlnet.ts";

/** The pose ControlNet. */
export const POSE: Controlnet<"pose"> = {
  name: "pose",
  published: "openpose",
  shown: "outline, eyes and mouth",
  readsEdges: false,
  measure: "outline F1",
  controlled(bank, { truth }) {
    if (truth.kind !== "portrait") throw new RangeError(`A pose needs a portrait, got a ${truth.kind}`);
    const outline = outlineOf(portraitMask(bank.portraits, truth));
    return {
      control: drawPose(bank.portraits, truth),
      agreement: (other) => mapF1(outlineOf(personMask(other)), outline),
    };
  },
  trainedOn: {
    what: "portraits from outline, eyes and mouth",
    first: 44_000_000,
    only: "portraits",
    seed: 52,
  },
  measuredOn: {
    from: "face targets",
    what:
      "targets of the face task's validation items (persons that no training has seen), shown by outline, eyes and mouth; the outline of a " +
      "picture is where the background's colour ends",
  },
};
