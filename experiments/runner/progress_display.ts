/** Progress of a run on the error stream: a bar per stage on a terminal, plain lines every few seconds otherwise. */
import { performance } from "node:perf_hooks";
import { type Bar, openBar } from "./progress_bar.ts";
import type { RunEvent } from "./stage.ts";

/** Milliseconds between two plain lines of one stage. */
const LINE_EVERY = 5000;

/** Shows events of a run. */
export interface ProgressDisplay {
  show(event: RunEvent): void;
  /** Takes the bar off the terminal. */
  close(): void;
}

/** "3 min 20 s"; days and years where hours would be many. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const days = seconds / 86_400;
  if (days >= 700) return `${(days / 365.25).toFixed(1)} years`;
  if (days >= 3) return `${Math.round(days)} days`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Opens a display that writes lines with `write`; `terminal` asks for bars. */
export function progressDisplay(
  options: { write: (line: string) => void; terminal: boolean },
): ProgressDisplay {
  const { write, terminal } = options;
  let bar: Bar | undefined;
  let begun = { at: 0, done: 0 };
  let lineAt = 0;
  let cached = 0;
  const closeBar = () => {
    bar?.stop();
    bar = undefined;
  };
  const sayCached = () => {
    if (cached > 0) write(`${cached} stage${cached === 1 ? "" : "s"} read from the cache`);
    cached = 0;
  };
  return {
    show(event) {
      if (event.kind === "cached") {
        cached++;
        return;
      }
      sayCached();
      const now = performance.now();
      if (event.kind === "started") {
        write(`${event.stage.title} (${event.reason})`);
        begun = { at: now, done: -1 };
        lineAt = now;
      } else if (event.kind === "progress") {
        const { done, total, unit } = event;
        // The first report sets the mark: a resumed stage starts at its checkpoint, not at 0.
        if (begun.done < 0 || done < begun.done) begun = { at: now, done };
        const rate = (done - begun.done) / Math.max(1e-9, (now - begun.at) / 1000);
        const left = rate > 0 ? duration((total - done) / rate) : "?";
        if (terminal) {
          bar ??= openBar(event.stage.id, total);
          bar.update(done, total, { unit, rate: rate > 0 ? rate.toPrecision(3) : "?", left });
        } else if (now - lineAt >= LINE_EVERY || done === total) {
          lineAt = now;
          write(
            `  ${event.stage.id}: ${done} of ${total} ${unit}` +
              (rate > 0 ? `, ${rate.toPrecision(3)}/s, ${left} left` : ""),
          );
        }
      } else {
        closeBar();
        if (event.kind === "notice") write(`  ${event.stage.id}: ${event.text}`);
        else write(`  ${event.stage.id}: done in ${duration(event.seconds)}`);
      }
    },
    close() {
      closeBar();
      sayCached();
    },
  };
}
