/** One of the programs that are timed against each other, in a process of its own. */
import type { HostParams } from "../../lib/engine/mod.ts";

/** Frameworks that work can be timed against. */
export const PEERS = ["pytorch", "scikit-learn", "tfjs"] as const;
/** One of {@link PEERS}. */
export type PeerName = typeof PEERS[number];

/** How PyTorch runs: op by op, or through torch.compile. */
export const MODES = ["eager", "compile"] as const;
/** One of {@link MODES}. */
export type Mode = typeof MODES[number];

/** Threads of every side that can have more than one. */
export const THREADS = 2;

/** What a side reports of its first runs, to prove that it computes the same as the other. */
export interface Check {
  /** Loss of each training step, the weights moving between them; none where nothing is trained. */
  readonly losses: readonly number[];
  /** Global L2 norm of the first step's gradient, before clipping; absent where nothing is trained. */
  readonly norm?: number;
  /** The first step's gradient before clipping, by parameter name; or the outputs. */
  readonly arrays: HostParams;
}

/** What a side has used so far. */
export interface Usage {
  /** Processor time of all threads, seconds. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the process, MiB. */
  readonly peakMemoryMiB: number;
}

/** Work ready to be timed. */
export interface Side {
  readonly name: string;
  readonly threads: number;
  /** What it runs on, by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** Seconds from weights in memory to the end of the first run: building, compiling, running once. Not part of the timing. */
  readonly startSeconds: number;
  /** The part of it before the first run, where the two are apart. */
  readonly openSeconds?: number;
  /** Runs counted in a turn, when it is to be others than the bench's. */
  readonly runsPerTurn?: number;
  /** Reports the first runs of a process of its own. */
  check(steps: number): Promise<Check>;
  /** Milliseconds of each of `runs` runs in a row, after one that is not counted. */
  time(runs: number): Promise<readonly number[]>;
  usage(): Promise<Usage>;
  close(): Promise<void>;
}
