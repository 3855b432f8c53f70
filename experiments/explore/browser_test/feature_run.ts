/** Where and how the steps of the explorer's features run. */
import type { BrowserContext } from "playwright-core";
import type { ExplorerPage } from "./explorer_page.ts";

/** An instruction that all steps type. */
export const EXAMPLE = "borrow its colours but nothing else";
/** Instructions of each task on the map of the tests, small enough to be laid out in seconds. */
export const SIZES = { train: 60, heldOut: 10 };

/** Where and how the steps run. */
export interface FeatureRun {
  /** Runs a step, unless one before it failed. */
  readonly step: (name: string, fn: () => Promise<void>) => Promise<void>;
  /** The page; nothing is open yet. */
  readonly its: ExplorerPage;
  readonly context: BrowserContext;
  /** Instructions of each task on its map. */
  readonly sizes: typeof SIZES;
  /** Sampler steps of the pictures that are made. */
  readonly steps: number;
  /** Whether no sampling is under way; absent where it cannot be known. */
  readonly idle?: () => Promise<boolean>;
}

/** Known instructions on the map: those of five tasks, and their fixed prompts. */
export const knownOn = ({ train, heldOut }: FeatureRun["sizes"]) => 5 * (train + heldOut) + 5;
