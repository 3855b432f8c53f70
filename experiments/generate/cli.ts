/** Entry of `deno task generate`. Exit codes: 0 done, 2 a mistake in what was asked, 130 stopped, 1 anything else. */
import process from "node:process";
import { NotFiniteError } from "../../lib/engine/finite.ts";
import { SCALE_IDS, type ScaleId } from "../../lib/report/result_setting.ts";
import { oneOf, runToExit, writeAll } from "../setting/command_line.ts";
import { runGenerate } from "./command.ts";
import type { CommandIo } from "./progress.ts";

/** Takes `--scale NAME` out of the arguments; mini if absent. @throws UserError for another scale. */
function takeScale(args: readonly string[]): { scale: ScaleId; rest: string[] } {
  const at = args.findIndex((arg) => arg === "--scale" || arg.startsWith("--scale="));
  if (at < 0) return { scale: "mini", rest: [...args] };
  const inline = args[at] !== "--scale";
  const name = inline ? (args[at] as string).slice("--scale=".length) : args[at + 1] ?? "";
  return { scale: oneOf("--scale", name, SCALE_IDS), rest: args.toSpliced(at, inline ? 1 : 2) };
}

/** Runs the command; a scale is loaded when it is asked for. */
async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const { scale, rest } = takeScale(args);
  if (scale === "mini") {
    return await runGenerate((await import("../mini/picture_scale.ts")).MINI_PICTURES, rest, io);
  }
  await runGenerate((await import("../paper/picture_scale.ts")).PAPER_PICTURES, rest, io);
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

await runToExit(() =>
  run(process.argv.slice(2), {
    out: (text) => writeAll(1, text),
    err: (line) => writeAll(2, `${line}\n`),
    terminal: process.stderr.isTTY === true,
    signal: abort.signal,
  }), {
  sentences: [NotFiniteError],
  failed: () => {
    if (abort.signal.aborted) stopped();
  },
});
