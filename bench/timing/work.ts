/** What a piece of work is to the bench: sizes, a random case, and a way to open it with our engine. */
import type {
  CompileOptions,
  HostParams,
  Program,
  ProgramFunction,
  ProgramParts,
  Shapes,
} from "../../lib/engine/mod.ts";
import type { WorkCase } from "./case_file.ts";
import type { Check } from "./side.ts";

/** Makes programs in another way than `compile()`. */
export type Engine = (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>;

/** How our side runs. */
export interface OpenOptions {
  readonly compile?: CompileOptions;
  /** Absent: `compile()`. */
  readonly engine?: Engine;
}

/** Work that can be run again and again. */
export interface OpenWork {
  /** Runs once; a training step moves the weights. */
  run(): Promise<void>;
  /** Runs for the first time and keeps what {@link check} reports of it. Call before `run`. */
  first(): Promise<void>;
  /** What {@link first} computed, and the losses of further training steps up to `steps`. */
  check(steps: number): Promise<Check>;
  dispose(): Promise<void>;
}

/** A piece of work of the mini scale. */
export interface Work<Config = unknown> {
  /** One line for a person. */
  readonly title: string;
  /** What one run is, e.g. "a step". */
  readonly run: string;
  /** Samples of a run by default. */
  readonly batch: number;
  /** Sizes of the mini models. */
  config(batch: number): Config;
  /** Random weights and one random batch; the same seed gives the same case. */
  makeCase(config: Config, seed: number): WorkCase<Config>;
  /** Names and shapes of what the sides compare. */
  checked(config: Config): Shapes;
  open(work: WorkCase<Config>, options: OpenOptions): Promise<OpenWork>;
}

/** Shapes of arrays by name. */
export function shapesOf(arrays: HostParams): Shapes {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
}
