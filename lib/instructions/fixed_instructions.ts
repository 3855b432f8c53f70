import type { TaskId } from "./task_keywords.ts";

/** The one hard-coded instruction per task of the ablation in Sec. 4.3 (the crosses of Fig. 4). The paper does not print its own. */
export const FIXED_INSTRUCTIONS: Readonly<Record<TaskId, string>> = {
  replication: "Use everything from the image",
  style: "Use the style of the image",
  object: "Use the object from the image",
  composition: "Use the composition of the image",
  face: "Use the face from the image",
};
