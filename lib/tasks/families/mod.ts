/** The manners of drawing: a new one is a file beside this and its line in the list. */
import { CARTOON } from "./cartoon.ts";
import { COMIC } from "./comic.ts";
import type { DrawingFamily } from "./family.ts";
import { FLAT } from "./flat.ts";
import { RENDER_3D } from "./render_3d.ts";
import { STICKER } from "./sticker.ts";

/** The records. */
export const DRAWING_FAMILIES = [
  RENDER_3D,
  FLAT,
  CARTOON,
  STICKER,
  COMIC,
] as const satisfies readonly DrawingFamily[];

/** Name of a drawing family. */
export type Family = (typeof DRAWING_FAMILIES)[number]["id"];

/** The families, in the order of the list. */
export const FAMILIES: readonly Family[] = DRAWING_FAMILIES.map(({ id }) => id);

const byId = new Map<Family, DrawingFamily>(DRAWING_FAMILIES.map((family) => [family.id, family]));

/** The record of a family. @throws RangeError for an unknown one. */
export function familyOf(id: Family): DrawingFamily {
  const found = byId.get(id);
  if (!found) throw new RangeError(`A drawing family is one of ${FAMILIES.join(", ")}, got "${id}"`);
  return found;
}
