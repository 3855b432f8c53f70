/** Entry of `deno task reproduce`. Exit codes: 0 done, 2 a mistake in what was asked, 130 stopped, 1 anything else. */
import { totalmem } from "node:os";
import process from "node:process";
import { UserError } from "../lib/engine/errors.ts";
import { FIGURES } from "./figures/mod.ts";
import { coresHere } from "./jobs/core_sets.ts";
import { usualSlots } from "./jobs/executor_options.ts";
import { reproduce } from "./reproduce.ts";
import { StagesFailed, Stopped } from "./runner/mod.ts";
import { cacheFolder } from "./setting/cache_folder.ts";

/** Seconds a stage may take to come to a stop after Ctrl-C; what it has saved is safe at any time. */
const PATIENCE = 10;

const abort = new AbortController();
const stopped = () => {
  writeAll(Deno.stderr, "\nStopped. The same command goes on from here.\n");
  process.exit(130);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) stopped();
    writeAll(Deno.stderr, "\nStopping after the current step; again to stop at once.\n");
    abort.abort(new Stopped("Stopped"));
    setTimeout(stopped, 1000 * PATIENCE);
  });
}

/** Everything is written before the process ends, also into a pipe; a reader that went away is no error. */
function writeAll(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

try {
  await reproduce(process.argv.slice(2), FIGURES, {
    out: (text) => writeAll(Deno.stdout, text),
    err: (line) => writeAll(Deno.stderr, `${line}\n`),
    terminal: process.stderr.isTTY === true,
    width: process.stdout.columns ?? 110,
    signal: abort.signal,
    usualSlots: usualSlots({ cores: coresHere()?.length ?? 1, memory: totalmem() }),
    cacheFolder: cacheFolder(),
  });
  process.exit(0);
} catch (error) {
  if (error instanceof Stopped) stopped();
  if (error instanceof UserError) {
    writeAll(Deno.stderr, `${error.message}\n`);
    process.exit(2);
  }
  if (error instanceof StagesFailed) {
    writeAll(Deno.stderr, `${error.message}\n`);
    process.exit(1);
  }
  writeAll(Deno.stderr, `${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  process.exit(1);
}
