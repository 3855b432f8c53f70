/** One of the programs that are timed against each other. */
import type { HostParams } from "../lib/engine/mod.ts";

/** Frameworks the step can be timed against. */
export const PEERS = ["pytorch"] as const;
/** One of {@link PEERS}. */
export type PeerName = typeof PEERS[number];

/** What a side reports of its first steps, to prove that it computes the same as the other. */
export interface Check {
  /** Loss of each step, the weights moving between them. */
  readonly losses: readonly number[];
  /** Global L2 norm of the first step's gradient, before clipping. */
  readonly norm: number;
  /** The first step's gradient after clipping, by parameter name. */
  readonly gradients: HostParams;
}

/** What a side has used so far. */
export interface Usage {
  /** Processor time of all threads, seconds. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the process, MiB. */
  readonly peakMemoryMiB: number;
}

/** A training step ready to be timed. */
export interface Side {
  readonly name: string;
  readonly threads: number;
  /** What it runs on, by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** Runs the first steps. Call once, before timing. */
  check(steps: number): Promise<Check>;
  /** Milliseconds of each of `steps` steps in a row, after one that is not counted. */
  time(steps: number): Promise<readonly number[]>;
  usage(): Promise<Usage>;
  close(): Promise<void>;
}
