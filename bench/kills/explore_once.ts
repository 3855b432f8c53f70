/** Starts the explorer with a small map, and ends it as soon as its page is served. */
import { runExplore } from "../../experiments/explore/command.ts";

const explorer = await runExplore(["--port", "0", "--no-open"], {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  sizes: { train: 60, heldOut: 10 },
});
await explorer!.close();
Deno.exit(0);
