import { edgeF1 } from "./edges.ts";
import type { TaskOracle } from "./task.ts";

/** What replication and composition keep alike: the condition's edges. */
export const edgeOracle: TaskOracle = {
  name: "edge F1",
  definition: "F1 of the image's edges against the condition's, tolerance one pixel",
  score: (_bank, { condition }, output) => edgeF1(output, condition),
};
