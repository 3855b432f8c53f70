/** Pictures from their edges. */
import { edgeF1, edgePicture } from "../edges.ts";
import type { Controlnet } from "./controlnet.ts";

/** The scribble ControlNet. */
export const SCRIBBLE: Controlnet<"scribble"> = {
  name: "scribble",
  published: "scribble",
  shown: "white edges on black",
  readsEdges: true,
  measure: "edge F1",
  controlled: (_bank, { image }) => ({
    control: edgePicture(image),
    agreement: (other) => edgeF1(other, image),
  }),
  trainedOn: { what: "scenes and portraits from their edges", first: 42_000_000, seed: 51 },
  measuredOn: {
    from: "scenes",
    what: "held-out scenes of distinct concepts, shown by the strongest 15 % of their edges",
  },
};
