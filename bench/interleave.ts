/**
 * Timing sides against each other: turn and turn about, so that a drift of the machine hits all of them. A turn is a few steps in a row
 * after one that is not counted; before each there is a pause in which the threads of the side before fall asleep.
 */
import type { Side } from "./side.ts";

/** How often and how long. */
export interface InterleaveOptions {
  /** Turns of each side. */
  readonly repetitions: number;
  /** Steps counted in a turn. */
  readonly steps: number;
  /** Milliseconds before each turn. */
  readonly pause: number;
  /** Called after each turn. */
  readonly onTurn?: (
    turn: { readonly side: string; readonly repetition: number; readonly ms: number },
  ) => void;
}

/** Times of one side, milliseconds a step. */
export interface Timing {
  /** Median of the turns. */
  readonly median: number;
  /** The fastest and the slowest turn. */
  readonly min: number;
  readonly max: number;
  /** Each turn's median step. */
  readonly turns: readonly number[];
  /** Each turn's steps. */
  readonly steps: readonly (readonly number[])[];
  /**
   * Processor time the side used while it waited for the others, as a share of one core. Near 0: it did not disturb them.
   * Null when it had nobody to wait for.
   */
  readonly idleLoad: number | null;
}

/** The middle value, or the mean of the two in the middle. @throws RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median() needs at least one number, got none");
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return (lower + upper) / 2;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Times every side, in the order given, `repetitions` times over. */
export async function interleave(sides: readonly Side[], options: InterleaveOptions): Promise<Timing[]> {
  const { repetitions, steps, pause, onTurn } = options;
  const rows = sides.map(() => [] as number[][]);
  const idle = sides.map(() => ({ cpu: 0, seconds: 0 }));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const [i, side] of sides.entries()) {
      await sleep(pause);
      const before = await Promise.all(sides.map((each) => each.usage()));
      const start = performance.now();
      const times = await side.time(steps);
      const seconds = (performance.now() - start) / 1000;
      const after = await Promise.all(sides.map((each) => each.usage()));
      idle.forEach((sum, j) => {
        if (i === j) return;
        sum.cpu += (after[j]?.cpuSeconds ?? 0) - (before[j]?.cpuSeconds ?? 0);
        sum.seconds += seconds;
      });
      rows[i]?.push([...times]);
      onTurn?.({ side: side.name, repetition, ms: median(times) });
    }
  }
  return rows.map((row, i): Timing => {
    const turns = row.map(median);
    const { cpu, seconds } = idle[i] as { cpu: number; seconds: number };
    return {
      median: median(turns),
      min: Math.min(...turns),
      max: Math.max(...turns),
      turns,
      steps: row,
      idleLoad: seconds > 0 ? cpu / seconds : null,
    };
  });
}
