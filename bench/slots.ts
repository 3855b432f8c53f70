/**
 * Seconds of an experiment one stage at a time and several side by side, each from an empty cache, and whether both give the same samples:
 * `deno run -A bench/slots.ts [--slots 2] [--threads 1] [--budget quick] [--experiment table1] [--cache DIR]`. Prints JSON. Run it on a machine that does nothing else.
 * The same samples are expected only where one at a time has the same threads (`taskset -c 0 deno run …` for one).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readOptions, runCommand } from "../experiments/setting/command_line.ts";

const CLI = fileURLToPath(new URL("../experiments/cli.ts", import.meta.url));

/** Seconds of one run in a folder of its own. @throws Error when it fails */
async function secondsOf(args: readonly string[], folder: string): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, ...args, "--out", join(folder, "out")],
    env: { IPADAPTER_CACHE: join(folder, "cache") },
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`reproduce ${args.join(" ")} failed`);
  return (performance.now() - start) / 1000;
}

await runCommand(async () => {
  const { values } = readOptions(process.argv.slice(2), {
    slots: "value",
    threads: "value",
    budget: "value",
    experiment: "value",
    cache: "value",
  });
  const { slots = "2", threads = "1", budget = "quick", experiment = "table1" } = Object.fromEntries(values);
  const folder = mkdtempSync(join(values.get("cache") ?? tmpdir(), "slots-"));
  try {
    const args = [experiment, "--budget", budget];
    const [one, many] = [join(folder, "one"), join(folder, "many")];
    const seconds = {
      oneAtATime: await secondsOf([...args, "--slots", "1"], one),
      sideBySide: await secondsOf([...args, "--slots", slots, "--threads", threads], many),
    };
    const [a, b] = [one, many].map((each) =>
      join(each, "out", experiment, `mini-${budget}`, "samples.jsonl")
    );
    const same = [a, b].every((path) => existsSync(path as string))
      ? readFileSync(a as string, "utf8") === readFileSync(b as string, "utf8")
      : null;
    console.log(JSON.stringify(
      {
        experiment,
        budget,
        slots,
        threads,
        processor: cpus()[0]?.model,
        cores: cpus().length,
        seconds,
        ratio: seconds.sideBySide / seconds.oneAtATime,
        sameSamples: same,
      },
      null,
      2,
    ));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
