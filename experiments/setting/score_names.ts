/** Names of scores that code which generates and code which reports must agree on. */

/** Name of the score of what the ControlNet prescribes, in [0, 1], higher is better. */
export const CONTROL_SCORE = "control F1";

/** Name of the score of what the LoRA does, 1 where a statistic of colours and edges tells the picture to be of its family, else 0; of style alone. */
export const LORA_SCORE = "LoRA's family";
