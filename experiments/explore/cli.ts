/** Entry of `deno task explore`. Exit codes: 0 ended by Ctrl+C, 2 a mistake in what was asked, 1 anything else. */
import process from "node:process";
import { runToExit } from "../setting/command_line.ts";
import { runExplore } from "./command.ts";

await runToExit(async () => {
  const running = await runExplore(process.argv.slice(2), {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
  await running?.finished;
});
