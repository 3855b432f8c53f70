/** Entry of `deno task generate`. Exit codes: 0 done, 2 a mistake in what was asked, 130 stopped, 1 anything else. */
import { writeSync } from "node:fs";
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import { runGenerate } from "./command.ts";

/** Everything is written before the process ends, also into a pipe; a reader that went away is no error. */
function writeAll(descriptor: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}

const abort = new AbortController();
const stopped = () => {
  writeAll(2, "\nStopped. Pictures that were finished are whole.\n");
  process.exit(130);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Files are written under a temporary name and renamed: to end here at once would be safe, too.
    if (abort.signal.aborted) stopped();
    abort.abort();
  });
}

try {
  await runGenerate(process.argv.slice(2), {
    out: (text) => writeAll(1, text),
    err: (line) => writeAll(2, `${line}\n`),
    terminal: process.stderr.isTTY === true,
    signal: abort.signal,
  });
  process.exit(0);
} catch (error) {
  if (abort.signal.aborted) stopped();
  if (error instanceof UserError) {
    writeAll(2, `${error.message}\n`);
    process.exit(2);
  }
  writeAll(2, `${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  process.exit(1);
}
