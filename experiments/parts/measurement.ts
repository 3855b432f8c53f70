/** What a measurement on held-out data is: scores with intervals and bars, as data. */
import { type Bank, CONCEPTS, type Rgb } from "../../lib/tasks/mod.ts";

/** Distinct concepts of a measurement at most: all there are. */
export const MOST_CONCEPTS = CONCEPTS.length;

/** What a score must reach to be good enough. */
export interface Bar {
  /** Lowest value that passes. */
  readonly least: number;
  /** Items the bar speaks of; a measurement of fewer is not judged. */
  readonly items: number;
}

/** One number; higher is better unless `lowerIsBetter`. */
export interface Score {
  /** What is measured. */
  readonly name: string;
  readonly value: number;
  /** Ends of the 95 % bootstrap interval over items. */
  readonly low?: number;
  readonly high?: number;
  /** Number of measured items. */
  readonly n: number;
  /** "dB", or nothing for shares and cosines. */
  readonly unit?: string;
  /** Decimal places that a table shows; 3 if absent. */
  readonly digits?: number;
  readonly lowerIsBetter?: boolean;
  readonly bar?: Bar;
}

/** A picture worth looking at, for the sheet. */
export interface GalleryItem {
  /** Side by side, RGB bytes [64 64 3]. */
  readonly images: readonly Rgb[];
  readonly caption: string;
  /** Whether it passed its own test, where it has one. */
  readonly good?: boolean;
}

/** What a part's measurement gives. */
export interface Measured {
  /** How it was measured, in sentences: data, number of items, settings. */
  readonly method: string;
  readonly scores: readonly Score[];
  readonly gallery?: { readonly note: string; readonly items: readonly GalleryItem[] };
}

/** What a measurement is given. */
export interface EvaluationContext {
  readonly bank: Bank;
  /** Folder of the checkpoints, ending in a slash. */
  readonly folder: URL;
  /** Items to measure; each part says what an item is. */
  readonly items: number;
}

/** How something is measured. */
export interface Measurement {
  /** Checkpoints it reads. */
  readonly checkpoints: readonly string[];
  /** What `--items` counts, and how many: by default, at least and at most. */
  readonly items: {
    readonly what: string;
    readonly usual: number;
    readonly low: number;
    readonly high: number;
  };
  /** Whether there are pictures to look at. */
  readonly pictures: boolean;
  measure(context: EvaluationContext): Promise<Measured>;
}

/** A finished measurement with its provenance. */
export interface Evaluation {
  readonly part: string;
  readonly method: string;
  readonly items: number;
  /** Hash of every checkpoint read, 16 hexadecimal digits. */
  readonly checkpoints: Readonly<Record<string, string>>;
  /** Names the data set. */
  readonly data: string;
  readonly scores: readonly (Score & { readonly verdict: Verdict })[];
}

/** Whether a score reaches its bar; "none" without a bar, "not judged" on fewer items than the bar speaks of. */
export type Verdict = "pass" | "below the bar" | "not judged" | "none";

/** The verdict on a score measured on `items` items. */
export function verdictOf(score: Score, items: number): Verdict {
  if (!score.bar) return "none";
  if (items < score.bar.items) return "not judged";
  return score.value >= score.bar.least ? "pass" : "below the bar";
}
