/** Text as a notebook output. */
import { type Displayable, displayed } from "./displayable.ts";

/** Text that shows itself. */
export interface ShownText extends Displayable {
  /** The text. */
  readonly text: string;
}

/** Text that shows itself as it is; the kernel itself shows a string quoted, its line breaks as "\n". */
export function showText(text: string): ShownText {
  return displayed({ text }, () => ({ "text/plain": text }));
}
