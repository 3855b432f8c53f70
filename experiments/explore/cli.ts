/** Entry of `deno task explore`. Exit codes: 0 ended by Ctrl+C, 2 a mistake in what was asked, 1 anything else. */
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import { runExplore } from "./command.ts";

try {
  const running = await runExplore(process.argv.slice(2), {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
  await running?.finished;
  process.exit(0);
} catch (error) {
  if (error instanceof UserError) {
    console.error(error.message);
    process.exit(2);
  }
  console.error(error);
  process.exit(1);
}
