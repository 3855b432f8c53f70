/** Bars on the error stream, one below the other, rendered by npm cli-progress, which ships no types. */
import progress from "cli-progress";
import process from "node:process";

interface LibraryBar {
  setTotal(total: number): void;
  update(value: number, payload: Record<string, string>): void;
}

interface LibraryBars {
  create(total: number, value: number, payload: Record<string, string>): LibraryBar;
  remove(bar: LibraryBar): void;
  stop(): void;
}

/** Bars that are being shown. */
export interface Bars {
  /** Shows how far `name` is. */
  update(
    name: string,
    state: { done: number; total: number; unit: string; rate: string; left: string },
  ): void;
  /** Takes all off the terminal. */
  stop(): void;
}

/** Shows bars; each appears with its first update. */
export function openBars(): Bars {
  const library = progress as unknown as {
    MultiBar: new (options: Record<string, unknown>) => LibraryBars;
  };
  const bars = new library.MultiBar({
    format: "  {name} [{bar}] {value}/{total} {unit}  {rate}/s  {left} left",
    stream: process.stderr,
    hideCursor: null,
    clearOnComplete: true,
    fps: 5,
    barsize: 24,
    gracefulExit: false,
  });
  const shown = new Map<string, LibraryBar>();
  return {
    update(name, { done, total, ...payload }) {
      let bar = shown.get(name);
      if (bar === undefined) shown.set(name, bar = bars.create(total, done, { name, ...payload }));
      bar.setTotal(total);
      bar.update(done, payload);
    },
    stop: () => bars.stop(),
  };
}
