/** Names of scores that code which generates and code which reports must agree on. */

/** Name of the score of what the ControlNet prescribes, in [0, 1], higher is better. */
export const CONTROL_SCORE = "control F1";

/** Name of the score of what the LoRA does, 1 where a statistic of colours and edges tells the picture to be of its family, else 0; of style alone. */
export const LORA_SCORE = "LoRA's family";

/** What the name of a score ends in that the encoder gives which conditions the adapters; the judge's has nothing. */
export const BY_ENCODER = " (encoder)";

/** Name of the score of what of the condition arrives that the task should not take; higher is more alike. */
export const LEAK_SCORE = "leak";

/** Name of how far a picture moves under another task's instruction, root mean square in levels of 255. */
export const MOVED_SCORE = "moved";

/** Name of the standard deviation of an item's scores over its wordings. */
export const SPREAD_SCORE = "score spread";
