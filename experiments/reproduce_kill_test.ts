/** The real smoke run, killed with SIGKILL in set-up, in training and in a checkpoint's write, against an undisturbed one. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLI = new URL("./cli.ts", import.meta.url).pathname;
/** One task keeps the run short: its own model, the two joint ones and the start. */
const ARGUMENTS = ["table1", "--budget", "smoke", "--tasks", "face"];
const POLL_MS = 20;

function start(folder: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, ...ARGUMENTS, "--out", join(folder, "results")],
    env: { IPADAPTER_CACHE: join(folder, "cache") },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** What is below a folder that a run is writing to. */
function namesBelow(folder: string): string[] {
  const names: string[] = [];
  const walk = (below: string) => {
    try {
      for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
        const name = join(below, entry.name);
        names.push(name);
        if (entry.isDirectory()) walk(name);
      }
    } catch (error) {
      // The run renames its folders while they are read.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  };
  walk("");
  return names;
}

/** Starts a run and kills it as soon as a file of that kind is seen in its cache; tells whether it was. */
async function killedAt(folder: string, sign: RegExp): Promise<boolean> {
  const child = start(folder);
  let ended = false;
  const end = child.status.then(() => ended = true);
  let seen = false;
  while (!ended && !seen) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    seen = namesBelow(join(folder, "cache")).some((name) => sign.test(name));
  }
  if (!ended) child.kill("SIGKILL");
  await end;
  return seen;
}

function samples(folder: string): string {
  return readFileSync(join(folder, "results", "table1", "mini-smoke", "samples.jsonl"), "utf8");
}

Deno.test("reproduce table1 --budget smoke gives the same bits when it was killed three times on the way", async () => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "killed-"))) as [string, string];
  const [calm, killed] = folders;
  try {
    assert.equal((await start(calm).status).code, 0);
    const signs = [
      /^tasks\//,
      /^checkpoints\/train-single-face.*partial/,
      /^checkpoints\/train-instruct.*step-\d+(\/|$)/,
    ];
    for (const sign of signs) {
      assert.ok(await killedAt(killed, sign), `the run ended before ${sign} was seen`);
    }
    assert.equal((await start(killed).status).code, 0);
    assert.equal(samples(killed), samples(calm));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});
