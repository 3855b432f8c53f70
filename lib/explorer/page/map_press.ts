/// <reference lib="dom" />
/** Distinguishes a click from the beginning of a pull. */

/** Pixels between press and release of what is no click. */
const PULL = 5;

/** Follows a mouse's button over an element until it is disposed of. */
export function followPress(
  element: HTMLElement,
): {
  /** Whether the button, once it is up, was let go where it was pressed. */
  atRest(): Promise<boolean>;
  dispose(): void;
} {
  const ended = new AbortController();
  const { signal } = ended;
  let from: MouseEvent | undefined, rested = true;
  let waiting: (() => void)[] = [];
  element.addEventListener("mousedown", (event) => from = event, { capture: true, signal });
  addEventListener("mouseup", (event) => {
    if (!from) return;
    rested = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) < PULL;
    from = undefined;
    waiting.forEach((wake) => wake());
    waiting = [];
  }, { capture: true, signal });
  return {
    async atRest() {
      if (from) await new Promise<void>((resolve) => waiting.push(resolve));
      return rested;
    },
    dispose: () => ended.abort(),
  };
}
