/** The ControlNets by what they are shown. */
export const CONTROLNET_NAMES = ["scribble", "pose"] as const;
/** Name of a ControlNet. */
export type ControlnetName = (typeof CONTROLNET_NAMES)[number];
