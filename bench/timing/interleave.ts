/**
 * Timing sides against each other: turn and turn about, so that a drift of the machine hits all of them. A turn is a few runs in a row
 * after one that is not counted; before each there is a pause in which the threads of the side before fall asleep.
 */
import type { Side } from "./side.ts";
import { median, type Spread, spread } from "./statistics.ts";

/** How often and how long. */
export interface InterleaveOptions {
  /** Turns of each side. */
  readonly repetitions: number;
  /** Runs counted in a turn, of sides that do not say. */
  readonly runs: number;
  /** Milliseconds before each turn. */
  readonly pause: number;
  /** Called after each turn. */
  readonly onTurn?: (
    turn: { readonly side: string; readonly repetition: number; readonly ms: number },
  ) => void;
}

/** Times of one side, milliseconds a run; middle and spread are the turns'. */
export interface Timing extends Spread {
  /** Each turn's median run. */
  readonly turns: readonly number[];
  /** Each turn's runs. */
  readonly runs: readonly (readonly number[])[];
  /**
   * Processor time the side used while it waited for the others, as a share of one core. Near 0: it did not disturb them.
   * Null when it had nobody to wait for.
   */
  readonly idleLoad: number | null;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Times every side, `repetitions` times over: in the order given and back again, so that no side always follows the same one, whose heat and
 * memory traffic outlast its turn.
 */
export async function interleave(sides: readonly Side[], options: InterleaveOptions): Promise<Timing[]> {
  const { repetitions, runs, pause, onTurn } = options;
  const rows = sides.map(() => [] as number[][]);
  const idle = sides.map(() => ({ cpu: 0, seconds: 0 }));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const there = [...sides.entries()];
    for (const [i, side] of repetition % 2 === 1 ? there : there.toReversed()) {
      await sleep(pause);
      const before = await Promise.all(sides.map((each) => each.usage()));
      const start = performance.now();
      const times = await side.time(side.runsPerTurn ?? runs);
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
      ...spread(turns),
      turns,
      runs: row,
      idleLoad: seconds > 0 ? cpu / seconds : null,
    };
  });
}
