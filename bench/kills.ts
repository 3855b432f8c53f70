/**
 * Kills commands with SIGKILL at random moments, starts them again and compares what they leave in the end, bit for bit, with an undisturbed
 * run. Prints a table; `--out` keeps the figures as kills.json. Exit code 1 when anything differs.
 *
 *     deno run -A bench/kills.ts 100 1 --out results/bench
 *     deno run -A bench/kills.ts 6 1 --only generate,models
 */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fold, key, stream, UserError } from "../lib/engine/mod.ts";
import { atomicWrite } from "../lib/hub/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../experiments/setting/command_line.ts";
import { calmRun, killRound, type Round } from "./kills/round.ts";
import type { Victim } from "./kills/victim.ts";
import { openVictims } from "./kills/victims.ts";
import { columns } from "./timing/columns.ts";
import { type Machine, thisMachine } from "./timing/result.ts";

/** What was found about a command. */
export interface VictimReport {
  readonly name: string;
  readonly about: string;
  readonly kills: number;
  /** Seconds of an undisturbed run, the shortest of those that there were. */
  readonly seconds: number;
  readonly rounds: readonly Round[];
  /** Rounds that left anything else than the undisturbed run. */
  readonly wrong: number;
}

/** What a campaign found. */
export interface KillsReport {
  readonly schema: 1;
  readonly kills: number;
  readonly seed: number;
  readonly wrong: number;
  readonly seconds: number;
  readonly machine: Machine;
  readonly commands: readonly VictimReport[];
}

/** Kills one command so many times, in rounds. */
export async function killVictim(
  victim: Victim,
  { kills, seed, notice = () => {} }: { kills: number; seed: number; notice?: (text: string) => void },
): Promise<VictimReport> {
  await victim.prepare?.();
  const calm = await calmRun(victim), rounds: Round[] = [];
  notice(`${victim.name}: undisturbed ${calm.seconds.toFixed(1)} s, exit code ${calm.code}`);
  let done = 0, fruitless = 0, shortest = calm.seconds;
  // A command that always ends before its moment must not be waited for for ever.
  while (done < kills && fruitless < kills) {
    const random = stream(fold(key(seed), "kills", victim.name, rounds.length));
    const round = await killRound(victim, { ...calm, seconds: shortest }, {
      most: Math.min(victim.inTurn, kills - done),
      random,
    });
    rounds.push(round);
    done += round.kills.length;
    if (round.kills.length === 0) fruitless++;
    // The first run may have met a busy machine: moments lie within the shortest.
    shortest = Math.min(shortest, round.undisturbed ?? shortest);
    const moments = round.kills.map((seconds) => seconds.toFixed(2)).join(", ");
    notice(
      `${victim.name}: ${done} of ${kills}, killed after ${moments || "none"} s: ${
        round.wrong.join("; ") || "the same in the end"
      }`,
    );
  }
  const { name, about } = victim;
  const wrong = rounds.filter((round) => round.wrong.length > 0).length;
  return { name, about, kills: done, seconds: Math.round(10 * shortest) / 10, rounds, wrong };
}

/** The report as a table. */
export function describeKills({ kills, wrong, seconds, seed, commands }: KillsReport): string {
  const leftovers = (rounds: readonly Round[]) => rounds.reduce((sum, round) => sum + round.leftovers, 0);
  return [
    `${kills} kills from seed ${seed} in ${
      Math.round(seconds)
    } s; runs that ended otherwise than an undisturbed one: ${wrong}`,
    "",
    ...columns([
      ["command", "kills", "ends compared", "wrong", "unfinished files left", "undisturbed, s"],
      ...commands.map(({ name, kills, rounds, wrong, seconds }) => [
        name,
        ...[kills, rounds.length, wrong, leftovers(rounds), seconds].map(String),
      ]),
    ]),
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(args, { only: "value", out: "value" });
  if (positionals.length > 2) {
    throw new UserError(`kills expects a number and a seed, got "${positionals[2]}"`);
  }
  const whole = (action: string, got: string) => wholeNumber(action, got, { low: 1, high: 1_000_000 });
  const count = whole("The number of kills", positionals[0] ?? "10");
  const seed = whole("The seed of the kills", positionals[1] ?? "1");
  const began = performance.now();
  await using opened = openVictims();
  const names = opened.victims.map(({ name }) => name);
  const only = values.get("only")?.split(",").map((name) => oneOf("--only", name, names)) ?? names;
  const victims = opened.victims.filter(({ name }) => only.includes(name));
  const commands: VictimReport[] = [];
  for (const [i, victim] of victims.entries()) {
    const kills = Math.floor((count * (i + 1)) / victims.length) - Math.floor((count * i) / victims.length);
    if (kills === 0) continue;
    commands.push(await killVictim(victim, { kills, seed, notice: (text) => console.error(text) }));
  }
  const sum = (of: (command: VictimReport) => number) => commands.reduce((all, each) => all + of(each), 0);
  const report: KillsReport = {
    schema: 1,
    kills: sum(({ kills }) => kills),
    seed,
    wrong: sum(({ wrong }) => wrong),
    seconds: Math.round((performance.now() - began) / 1000),
    machine: thisMachine(),
    commands,
  };
  console.log(describeKills(report));
  const out = values.get("out");
  if (out !== undefined) await atomicWrite(join(out, "kills.json"), `${JSON.stringify(report, null, 2)}\n`);
  return report.wrong === 0 ? 0 : 1;
}

if (import.meta.main) await runCommand(() => main(Deno.args));
