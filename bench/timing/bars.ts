/** What is wanted of a bench. */
export interface Bars {
  /** How many times longer a peer should take than we, by peer. */
  readonly time?: Readonly<Record<string, number>>;
  /** How many times more memory a peer's process should need, at its peak, by peer. */
  readonly memory?: Readonly<Record<string, number>>;
}

/** Share of the machine's own rate in a matrix product. */
export const RATE_SHARE_BAR = 0.6;
/** Largest deviation of the step time from linear in the batch. */
export const LINEAR_BAR = 0.05;
/** Seconds until the training step is compiled, and until the first step of a second run is done. */
export const START_BARS = { compile: 2.5, cached: 1.5 } as const;

/** The bar of a time ratio and whether it is met; no bar where none is set. */
export function verdict(bars: Bars, peer: string, ratio: number): { bar?: number; met?: boolean } {
  const bar = bars.time?.[peer];
  return bar === undefined ? {} : { bar, met: ratio >= bar };
}
