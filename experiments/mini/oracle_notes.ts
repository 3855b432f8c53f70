import type { TaskId } from "../../lib/tasks/mod.ts";
/** What the oracle scores are called and mean; apart from their computation, so that plans and reports need not load it. */

/** Names of the oracle scores and what they mean; all in [0, 1], higher is better. */
export const ORACLE_NOTES = {
  style: {
    name: "treatment kept",
    definition: "1 where colour and edge statistics place the image in the condition's treatment",
  },
  object: {
    name: "drawing kept",
    definition: "1 where, of the seven drawings of the object, the condition's is the nearest in pixels",
  },
  composition: {
    name: "edge F1",
    definition: "F1 of the image's edges against the condition's, tolerance one pixel",
  },
  face: {
    name: "face attributes",
    definition:
      "share of hair, hair colour, skin, beard, glasses and drawing family in common with the condition",
  },
  replication: {
    name: "edge F1",
    definition: "F1 of the image's edges against the condition's, tolerance one pixel",
  },
} as const satisfies Record<TaskId, { name: string; definition: string }>;
