/** Names of rows that code which generates and code which reports must agree on. It imports nothing, so that no change of a report is one of the models' code. */

/** The row of the targets themselves. */
export const TARGETS = "ground-truth";

/** The row of IPAdapter+ in the style layers alone. */
export const INSTANT_STYLE = "instant-style";
