/** Why a file that is dropped on the page, or chosen, makes no layer; what its content is the server says. */

import { MOST_BYTES } from "../api.ts";

/**
 * One sentence for a file that is not sent, nothing for one that is.
 *
 * @param options.pictures whether the page has a place for a condition image.
 */
export function layerRefusal(
  { name, type, size }: { readonly name: string; readonly type: string; readonly size: number },
  options: { readonly pictures: boolean },
): string | undefined {
  if (type.startsWith("image/")) {
    return `Reading the layer failed: expected a file of instructions, got the picture ${name}${
      options.pictures ? ": drop pictures on “Condition image” under “What it makes”" : ""
    }`;
  }
  if (size > MOST_BYTES.layer) {
    return `The layer ${name} has ${size} bytes; at most ${MOST_BYTES.layer} are taken`;
  }
  return undefined;
}
