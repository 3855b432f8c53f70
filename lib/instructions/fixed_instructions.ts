import { byTask, type TaskId } from "../tasks/registry.ts";

/** The one hard-coded instruction per task of the ablation in Sec. 4.3 (the crosses of Fig. 4). The paper does not print its own. */
export const FIXED_INSTRUCTIONS: Readonly<Record<TaskId, string>> = byTask(({ words }) => words.fixed);
