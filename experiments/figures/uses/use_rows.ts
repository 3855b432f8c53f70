/** Rows that several figures have. */

/** The row of the targets themselves. */
export const TARGETS = "ground-truth";

/** The row of the committed joint adapter. */
export const COMMITTED = "committed";

/** The row of IPAdapter+ in the style layers alone. */
export const INSTANT_STYLE = "instant-style";
