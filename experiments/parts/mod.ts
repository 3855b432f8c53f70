/** The frozen parts, in the order in which they are made: each reads only parts above it. Commands, help and tests iterate over this list. */
import { BASE } from "./base/mod.ts";
import { CONTROLNETS } from "./controlnet/mod.ts";
import { ENCODER, JUDGE } from "./image_tower/mod.ts";
import { IP_ADAPTER_INSTRUCT } from "./ip_adapter_instruct/mod.ts";
import { IP_ADAPTER_PLUS } from "./ip_adapter_plus/mod.ts";
import { LORAS } from "./lora/mod.ts";
import type { Part } from "./part.ts";
import { VAE } from "./vae/mod.ts";

export type { Part } from "./part.ts";

/** All parts. */
export const PARTS: readonly Part[] = [
  VAE,
  ENCODER,
  JUDGE,
  BASE,
  IP_ADAPTER_PLUS,
  IP_ADAPTER_INSTRUCT,
  ...CONTROLNETS,
  ...LORAS,
];

/** Their names. */
export const PART_NAMES: readonly string[] = PARTS.map(({ name }) => name);

/** Their names as help gives them: one for all of a kind. */
export const PART_HELP: readonly string[] = [...new Set(PARTS.map(({ name, oneOf }) => oneOf ?? name))];

/** The part of a name. @throws RangeError when there is none. */
export function partOf(name: string): Part {
  const found = PARTS.find((part) => part.name === name);
  if (!found) throw new RangeError(`Expected a part of ${PART_NAMES.join(", ")}, got "${name}"`);
  return found;
}
