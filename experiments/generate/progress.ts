/** Progress of sampling on the error stream: a bar on a terminal, a plain line every few seconds otherwise. */
import { performance } from "node:perf_hooks";
import { type Bars, openBars } from "../runner/progress_bar.ts";
import { duration } from "../../lib/notebook/duration.ts";

/** Where a command writes and what stops it. */
export interface CommandIo {
  /** Results, as they are. */
  readonly out: (text: string) => void;
  /** One line for the user. */
  readonly err: (line: string) => void;
  /** Whether the error stream is a terminal. */
  readonly terminal: boolean;
  readonly signal?: AbortSignal;
}

/** Milliseconds between two plain lines. */
const LINE_EVERY = 5000;

/** Opens a display of steps, of sampling by default. */
export function showSteps(
  { err, terminal }: CommandIo,
  { what, unit }: { what: string; unit: string } = { what: "sampling", unit: "steps" },
): {
  show(done: number, total: number): void;
  close(): void;
} {
  let bars: Bars | undefined;
  let began: { at: number; done: number } | undefined;
  let lineAt = performance.now();
  return {
    show(done, total) {
      const now = performance.now();
      // Compiling is over with the first step: the rate is that of the steps behind it.
      began ??= { at: now, done };
      const rate = (done - began.done) / Math.max(1e-9, (now - began.at) / 1000);
      const left = rate > 0 ? duration((total - done) / rate) : "?";
      if (terminal) {
        bars ??= openBars();
        bars.update(what, { done, total, unit, rate: rate > 0 ? rate.toPrecision(3) : "?", left });
      } else if (now - lineAt >= LINE_EVERY) {
        lineAt = now;
        err(`  ${what}: ${done} of ${total} ${unit}${rate > 0 ? `, ${left} left` : ""}`);
      }
    },
    close: () => bars?.stop(),
  };
}
