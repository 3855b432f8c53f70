/** One bar on the error stream, drawn by npm cli-progress, which ships no types. */
import progress from "cli-progress";
import process from "node:process";

interface SingleBar {
  start(total: number, value: number, payload: Record<string, string>): void;
  setTotal(total: number): void;
  update(value: number, payload: Record<string, string>): void;
  stop(): void;
}

/** A bar that is being shown. */
export interface Bar {
  update(done: number, total: number, payload: { unit: string; rate: string; left: string }): void;
  stop(): void;
}

/** Shows a bar. */
export function openBar(name: string, total: number): Bar {
  const library = progress as unknown as { SingleBar: new (options: Record<string, unknown>) => SingleBar };
  const bar = new library.SingleBar({
    format: "  {name} [{bar}] {value}/{total} {unit}  {rate}/s  {left} left",
    stream: process.stderr,
    hideCursor: null,
    clearOnComplete: true,
    fps: 5,
    barsize: 24,
    gracefulExit: false,
  });
  bar.start(total, 0, { name, unit: "", rate: "?", left: "?" });
  return {
    update(done, newTotal, payload) {
      bar.setTotal(newTotal);
      bar.update(done, { ...payload });
    },
    stop: () => bar.stop(),
  };
}
