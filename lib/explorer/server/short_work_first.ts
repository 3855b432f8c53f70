/** Short work before long work on one event loop: a typed instruction is not to wait for a layer of thousands. */

/** Lets long work stand aside, between its parts, for short work. */
export interface ShortWorkFirst {
  /** Does short work; long work stands aside until it is done. */
  short<T>(work: () => Promise<T>): Promise<T>;
  /** For long work between two parts: resolves when no short work is open. */
  standAside(): Promise<void>;
}

/** An arrangement between what shares an event loop. */
export function shortWorkFirst(): ShortWorkFirst {
  let open = 0;
  const waiting: (() => void)[] = [];
  return {
    async short(work) {
      open++;
      try {
        return await work();
      } finally {
        if (--open === 0) { for (const go of waiting.splice(0)) go(); }
      }
    },
    async standAside() {
      await new Promise((resolve) => setTimeout(resolve)); // requests are heard between tasks only
      while (open > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
