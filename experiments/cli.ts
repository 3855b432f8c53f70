/** Entry of `deno task reproduce`. Exit codes: 0 done, 2 a mistake in what was asked, 130 stopped, 1 anything else. */
import { totalmem } from "node:os";
import process from "node:process";
import { FIGURES } from "./figures/mod.ts";
import { coresHere } from "./jobs/core_sets.ts";
import { usualSlots } from "./jobs/executor_options.ts";
import { reproduce } from "./reproduce.ts";
import { StagesFailed, Stopped } from "./runner/mod.ts";
import { runToExit, writeAll } from "./setting/command_line.ts";
import { cacheFolder } from "../lib/hub/mod.ts";

/** Seconds a stage may take to come to a stop after Ctrl-C; what it has saved is safe at any time. */
const PATIENCE = 10;

const abort = new AbortController();
const stopped = () => {
  writeAll(2, "\nStopped. The same command goes on from here.\n");
  process.exit(130);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) stopped();
    writeAll(2, "\nStopping after the current step; again to stop at once.\n");
    abort.abort(new Stopped("Stopped"));
    setTimeout(stopped, 1000 * PATIENCE);
  });
}

await runToExit(() =>
  reproduce(process.argv.slice(2), FIGURES, {
    out: (text) => writeAll(1, text),
    err: (line) => writeAll(2, `${line}\n`),
    terminal: process.stderr.isTTY === true,
    width: process.stdout.columns ?? 110,
    signal: abort.signal,
    usualSlots: usualSlots({ cores: coresHere()?.length ?? 1, memory: totalmem() }),
    cacheFolder: cacheFolder(),
  }), {
  sentences: [StagesFailed],
  failed: (error) => {
    if (error instanceof Stopped) stopped();
  },
});
