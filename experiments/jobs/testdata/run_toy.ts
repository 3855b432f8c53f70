/** `run_toy.ts toy …` is `deno task reproduce` for the toys, as a process that a test may kill. */
import process from "node:process";
import { reproduce } from "../../reproduce.ts";
import { TOYS } from "./toy_experiment.ts";
import { ENTRY } from "./toy_session.ts";

await reproduce(process.argv.slice(2), TOYS, {
  out: () => {},
  err: (line) => console.error(line),
  terminal: false,
  width: 100,
  signal: new AbortController().signal,
  cacheFolder: "",
  stageEntry: ENTRY,
});
