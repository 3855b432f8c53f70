/** The ControlNets: a new one is a file beside this and its line in the list. */
import type { Controlnet } from "./controlnet.ts";
import { POSE } from "./pose.ts";
import { SCRIBBLE } from "./scribble.ts";

export { type Controlled, type Controlnet, CONTROLNET_FIELDS } from "./controlnet.ts";

/** The records. */
const LIST = [SCRIBBLE, POSE] as const;

/** Name of a ControlNet. */
export type ControlnetName = (typeof LIST)[number]["name"];

/** The ControlNets, in the order of the list. */
export const CONTROLNETS: readonly Controlnet<ControlnetName>[] = LIST;

/** A ControlNet by its name. @throws RangeError for an unknown one. */
export function controlnetOf(name: ControlnetName): Controlnet<ControlnetName> {
  const found = CONTROLNETS.find((each) => each.name === name);
  if (found) return found;
  throw new RangeError(
    `A ControlNet is one of ${CONTROLNETS.map((each) => each.name).join(", ")}, got "${name}"`,
  );
}

/** Name of the part that holds a ControlNet's weights. */
export const controlnetPart = (name: ControlnetName): `controlnet-${ControlnetName}` => `controlnet-${name}`;
