/** Rows of Table 1 that figures and statements speak of. */

/** The models of one task each. */
export const SINGLE_TASK = "single-task";

/** The joint model with random instructions. */
export const JOINT = "instruct";

/** The joint model with one fixed instruction per task. */
export const FIXED = "fixed";
