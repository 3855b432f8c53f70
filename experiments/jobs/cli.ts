/** Entry of `deno task jobs`. */
import process from "node:process";
import { runCommand } from "../setting/command_line.ts";
import { jobs } from "./command.ts";
import { jobExitCode } from "./job_command.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";

const shown = { err: (line: string) => console.error(line), signal: new AbortController().signal };
await runCommand(() =>
  jobExitCode(shown, () =>
    jobs(process.argv.slice(2), {
      out: (text) => void process.stdout.write(text),
      cacheFolder: cacheFolder(),
    }))
);
