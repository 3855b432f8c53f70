/** What a bench measures, as it is printed by `--json` and kept by `--out`. */
import { arch, cpus, platform } from "node:os";
import type { Agreement } from "./agreement.ts";
import type { Timing } from "./interleave.ts";
import type { Ratio } from "./statistics.ts";

/** Where it ran. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
}

/** One side's row. Times are milliseconds a run. */
export interface SideResult extends Timing {
  readonly name: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Seconds of building, compiling and the first run; not part of the timing. */
  readonly startSeconds: number;
  /** Largest resident memory of its process, start included, MiB. */
  readonly peakMemoryMiB: number;
}

/** A peer beside us. */
export interface Comparison {
  readonly peer: string;
  /** Peer's time over ours; above 1 we are faster. */
  readonly ratio: Ratio;
  /** Peer's peak memory over ours; above 1 we need less. */
  readonly memoryRatio: number;
  /** How far the two computations are apart. */
  readonly agreement?: Agreement;
}

/** Our arithmetic beside what the machine can do. */
export interface Rate {
  /** Multiply-adds of one run's matrix products and convolutions, each counted as two, in 10⁹. */
  readonly gigaflop: number;
  /** 10⁹ operations a second at our median. */
  readonly gigaflops: number;
  /** The same of one large matrix product through our engine, timed in turn with the rest. */
  readonly machine: number;
  /** The first over the second. */
  readonly share: number;
}

/** A piece of work, timed. `sides[0]` is ours. */
export interface BenchResult {
  readonly schema: 2;
  readonly bench: string;
  readonly title: string;
  /** What one run is. */
  readonly run: string;
  readonly batch: number;
  readonly repetitions: number;
  readonly machine: Machine;
  readonly sides: readonly SideResult[];
  readonly comparisons: readonly Comparison[];
  readonly rate?: Rate;
}

/** The machine at hand. */
export function thisMachine(): Machine {
  const all = cpus();
  return { cpu: all[0]?.model.trim() ?? "unknown", cores: all.length, system: `${platform()} ${arch()}` };
}
