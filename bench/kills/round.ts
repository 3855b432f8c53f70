/** One round: a command is killed so many times, then left to end; what it leaves is compared with an undisturbed run's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Stream } from "../../lib/engine/mod.ts";
import { differences, type Ends, leftoversBelow, type Victim } from "./victim.ts";

/** A run that nobody disturbed. */
export interface Calm {
  readonly ends: Ends;
  readonly code: number;
  readonly seconds: number;
}

/** What a round found. */
export interface Round {
  /** Seconds from each start to its kill. */
  readonly kills: readonly number[];
  /** Of a first run that ended before its moment; absent when it was killed. */
  readonly undisturbed?: number;
  /** Of the run that was left to end. */
  readonly seconds: number;
  /** What is not as in the undisturbed run, each in a few words; none when all is. */
  readonly wrong: readonly string[];
  /** Unfinished files that were still there in the end. */
  readonly leftovers: number;
}

const LONGEST_REASON = 300;

function start(victim: Victim, folder: string): Deno.ChildProcess {
  const { args, env = {} } = victim.command(folder);
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...args],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Runs it to its end. */
async function whole(victim: Victim, folder: string) {
  const began = performance.now();
  const { code, stderr } = await start(victim, folder).output();
  return {
    code,
    said: new TextDecoder().decode(stderr).trim().slice(-LONGEST_REASON),
    seconds: (performance.now() - began) / 1000,
  };
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "kills-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command undisturbed, in a folder of its own. */
export function calmRun(victim: Victim): Promise<Calm> {
  return inFolder(async (folder) => {
    const { code, seconds } = await whole(victim, folder);
    return { code, seconds, ends: await victim.ends(folder) };
  });
}

/** Starts it and kills it after so many seconds; gives how many it took when it has ended before. */
async function killedAfter(victim: Victim, folder: string, seconds: number): Promise<number | undefined> {
  const began = performance.now();
  const child = start(victim, folder);
  const ended = child.output();
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    child.kill("SIGKILL");
  }, 1000 * seconds);
  const { signal } = await ended;
  clearTimeout(timer);
  return killed && signal === "SIGKILL" ? undefined : (performance.now() - began) / 1000;
}

/** A round of up to `most` kills, each at a random moment of an undisturbed run's time. A run that ends before its moment is the last. */
export function killRound(
  victim: Victim,
  calm: Calm,
  { most, random }: { readonly most: number; readonly random: Stream },
): Promise<Round> {
  return inFolder(async (folder) => {
    const kills: number[] = [];
    let undisturbed: number | undefined;
    for (let left = most; left > 0; left--) {
      const moment = random.float() * calm.seconds;
      const ended = await killedAfter(victim, folder, moment);
      if (ended !== undefined) {
        if (kills.length === 0) undisturbed = ended;
        break;
      }
      kills.push(Math.round(1000 * moment) / 1000);
    }
    const { code, said, seconds } = await whole(victim, folder);
    const wrong: string[] = code === calm.code ? [] : [`exit code ${code}: ${said}`];
    try {
      wrong.push(...differences(calm.ends, await victim.ends(folder)));
    } catch (error) {
      wrong.push(String(error));
    }
    return {
      kills,
      seconds,
      wrong,
      leftovers: leftoversBelow(folder),
      ...(undisturbed === undefined ? {} : { undisturbed }),
    };
  });
}
