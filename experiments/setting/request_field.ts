/** Fields that only some requests have: one without them means what it means in Table 1, and has the same key. */
import type { Json } from "../../lib/hub/mod.ts";

/** A stage's request or a part of one. */
export interface Fields {
  readonly [name: string]: Json;
}

/** A field that is one of some names, undefined where absent. @throws RangeError for any other value. */
export function fieldOf<Name extends string>(
  field: string,
  request: Fields,
  names: readonly Name[],
): Name | undefined {
  const value = request[field];
  if (value === undefined) return undefined;
  const found = names.find((name) => name === value);
  if (found === undefined) {
    throw new RangeError(`A request's ${field} is one of ${names.join(", ")}, got ${JSON.stringify(value)}`);
  }
  return found;
}
