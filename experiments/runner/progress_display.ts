/** Progress of a run on the error stream: a bar for each stage at work on a terminal, plain lines every few seconds otherwise. */
import { performance } from "node:perf_hooks";
import { duration } from "../../lib/notebook/duration.ts";
import { type Bars, openBars } from "./progress_bar.ts";
import type { RunEvent } from "./stage.ts";

/** Milliseconds between two plain lines of one stage. */
const LINE_EVERY = 5000;

/** Shows events of a run. */
export interface ProgressDisplay {
  show(event: RunEvent): void;
  /** Takes the bars off the terminal. */
  close(): void;
}

/** Opens a display that writes lines with `write`; `terminal` asks for bars. */
export function progressDisplay(
  options: { write: (line: string) => void; terminal: boolean },
): ProgressDisplay {
  const { write, terminal } = options;
  let bars: Bars | undefined;
  /** By stage at work: where its rate is measured from, and when its last line was written. */
  const begun = new Map<string, { at: number; done: number; lineAt: number }>();
  let cached = 0;
  const closeBars = () => {
    bars?.stop();
    bars = undefined;
  };
  const say = (line: string) => {
    closeBars();
    write(line);
  };
  const sayCached = () => {
    if (cached > 0) say(`${cached} stage${cached === 1 ? "" : "s"} read from the cache`);
    cached = 0;
  };
  return {
    show(event) {
      if (event.kind === "cached") {
        cached++;
        return;
      }
      sayCached();
      const { id, title } = event.stage;
      const now = performance.now();
      switch (event.kind) {
        case "started":
          say(`${title} (${event.reason})`);
          begun.set(id, { at: now, done: -1, lineAt: now });
          return;
        case "progress": {
          const { done, total, unit } = event;
          let mark = begun.get(id) ?? { at: now, done: -1, lineAt: now };
          // The first report sets the mark: a resumed stage starts at its checkpoint, not at 0.
          if (mark.done < 0 || done < mark.done) mark = { ...mark, at: now, done };
          begun.set(id, mark);
          const rate = (done - mark.done) / Math.max(1e-9, (now - mark.at) / 1000);
          const left = rate > 0 ? duration((total - done) / rate) : "?";
          if (terminal) {
            bars ??= openBars();
            bars.update(id, { done, total, unit, rate: rate > 0 ? rate.toPrecision(3) : "?", left });
          } else if (now - mark.lineAt >= LINE_EVERY || done === total) {
            mark.lineAt = now;
            write(
              `  ${id}: ${done} of ${total} ${unit}` +
                (rate > 0 ? `, ${rate.toPrecision(3)}/s, ${left} left` : ""),
            );
          }
          return;
        }
        case "notice":
          return say(`  ${id}: ${event.text}`);
        case "failed":
          return say(`  ${id}: failed: ${event.text}`);
        case "finished":
          return say(`  ${id}: done in ${duration(event.seconds)}`);
      }
    },
    close() {
      closeBars();
      sayCached();
    },
  };
}
