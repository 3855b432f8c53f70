/** What is wanted: how many times longer a peer should take than we, by work and peer. */
export const TIME_BARS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  train: { "pytorch eager": 1.8, "pytorch compile": 1.6, tfjs: 25 },
  pretrain: { "pytorch eager": 1.4, "pytorch compile": 1.3 },
  sample: { "pytorch eager": 1.8, "pytorch compile": 1.5 },
  encode: { "pytorch eager": 1.3 },
  vae: { "pytorch eager": 1.3 },
  tsne: { "scikit-learn": 5 },
};

/** How many times more memory a peer's process should need, at its peak. */
export const MEMORY_BARS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  train: { "pytorch eager": 1 },
};

/** Share of the machine's own rate in a matrix product. */
export const RATE_SHARE_BAR = 0.6;
/** Largest deviation of the step time from linear in the batch. */
export const LINEAR_BAR = 0.05;
/** Seconds until the training step is compiled, and until the first step of a second run is done. */
export const START_BARS = { compile: 2.5, cached: 1.5 } as const;

/** The bar of a time ratio and whether it is met; no bar where none is set. */
export function verdict(work: string, peer: string, ratio: number): { bar?: number; met?: boolean } {
  const bar = TIME_BARS[work]?.[peer];
  return bar === undefined ? {} : { bar, met: ratio >= bar };
}
