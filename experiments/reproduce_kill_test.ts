/** The real smoke run, killed with SIGKILL in set-up, in training and in a checkpoint's write, against an undisturbed one. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const CLI = new URL("./cli.ts", import.meta.url).pathname;
/** One task keeps the run short: its own model, the two joint ones and the start. */
const ARGUMENTS = ["table1", "--budget", "smoke", "--tasks", "face"];

function start(folder: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, ...ARGUMENTS, "--out", join(folder, "results")],
    env: { IPADAPTER_CACHE: join(folder, "cache") },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** The cache's folder of one training's checkpoints. The key in its name is the undisturbed run's. */
function checkpointsOf(training: string, calm: string): string {
  const name = readdirSync(join(calm, "cache", "stages")).find((name) => name.startsWith(`${training}-`));
  return join("checkpoints", name as string);
}

/**
 * Starts a run and kills it as soon as an entry of that name is made in a folder of its cache; tells whether one was. The kernel reports every entry,
 * also one that is gone before anybody could have listed it.
 */
async function killedAt(folder: string, below: string, sign: RegExp): Promise<boolean> {
  const watched = join(folder, "cache", below);
  mkdirSync(watched, { recursive: true });
  const watcher = Deno.watchFs(watched, { recursive: false });
  const child = start(folder);
  const end = child.status.then(() => watcher.close());
  let seen = false;
  for await (const { paths } of watcher) {
    seen = paths.some((path) => sign.test(basename(path)));
    if (seen) break;
  }
  if (seen) child.kill("SIGKILL");
  await end;
  return seen;
}

function samples(folder: string): string {
  return readFileSync(join(folder, "results", "table1", "mini-smoke", "samples.jsonl"), "utf8");
}

/** The steps that each training has shown, by its folder. */
function shownSteps(folder: string): Record<string, number[]> {
  const runs = join(folder, "cache", "runs");
  return Object.fromEntries(
    readdirSync(runs).sort().map((name) => {
      const lines = readFileSync(join(runs, name, "metrics.jsonl"), "utf8").trimEnd().split("\n");
      return [name, lines.map((line) => JSON.parse(line).step)];
    }),
  );
}

Deno.test("reproduce table1 --budget smoke gives the same bits when it was killed three times on the way, no step shown twice", async () => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "killed-"))) as [string, string];
  const [calm, killed] = folders;
  try {
    assert.equal((await start(calm).status).code, 0);
    const moments: [below: string, sign: RegExp][] = [
      ["tasks", /./],
      [checkpointsOf("train-single-face", calm), /partial/],
      [checkpointsOf("train-instruct", calm), /^step-\d+$/],
    ];
    for (const [below, sign] of moments) {
      assert.ok(await killedAt(killed, below, sign), `the run ended before ${sign} was seen in ${below}`);
    }
    assert.equal((await start(killed).status).code, 0);
    assert.equal(samples(killed), samples(calm));
    assert.deepEqual(shownSteps(killed), shownSteps(calm));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});
