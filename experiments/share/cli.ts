/** Entry of `deno task share`. Exit codes: 0 shared, 2 a mistake in what was asked or on the way to the hub, 1 anything else. */
import process from "node:process";
import { runCommand } from "../setting/command_line.ts";
import { openBars } from "../runner/progress_bar.ts";
import { share } from "./share.ts";

await runCommand(async () => {
  const bars = process.stderr.isTTY ? openBars() : undefined;
  try {
    await share(process.argv.slice(2), {
      out: (line) => console.log(line),
      err: (line) => console.error(line),
      onProgress: ({ path, part }) =>
        bars?.update(path, { done: Math.round(100 * part), total: 100, unit: "%", rate: "?", left: "?" }),
    });
  } finally {
    bars?.stop();
  }
});
