import assert from "node:assert/strict";
import { describeKills, killVictim } from "./kills.ts";
import { endsBelow, type Victim } from "./kills/victim.ts";
import { openVictims } from "./kills/victims.ts";
import { thisMachine } from "./timing/result.ts";

/** A seed whose moments are all between 0.6 and 0.8 of a run, when the mark is written. */
const LATE = 1653;

/** Waits a while, then writes a file; the careless one another file when it was killed before. */
function small(name: "careful" | "careless"): Victim {
  const code = `
    const [folder] = Deno.args;
    const mark = folder + "/mark.partial";
    let again = false;
    try { again = Deno.statSync(mark).isFile; } catch { Deno.writeTextFileSync(mark, ""); }
    await new Promise((resolve) => setTimeout(resolve, 800));
    Deno.writeTextFileSync(folder + "/out.txt", again && ${name === "careless"} ? "again" : "first");
  `;
  return {
    name,
    about: name,
    inTurn: 1,
    command: (folder) => ({ args: [`data:text/typescript,${encodeURIComponent(code)}`, folder] }),
    ends: (folder) => endsBelow(folder),
  };
}

Deno.test("killVictim() finds what a killed command leaves otherwise, and nothing where it leaves the same", async () => {
  const sound = await killVictim(small("careful"), { kills: 3, seed: LATE });
  assert.equal(sound.wrong, 0);
  const wrong = await killVictim(small("careless"), { kills: 3, seed: LATE });
  assert.ok(wrong.wrong > 0);
  assert.deepEqual(wrong.rounds.find(({ wrong }) => wrong.length > 0)?.wrong, ["out.txt is another"]);
  const machine = thisMachine(), commands = [sound, wrong];
  const table = describeKills({ schema: 1, kills: 8, seed: 1, wrong: 1, seconds: 1, machine, commands });
  assert.match(
    table,
    /^8 kills from seed 1[^\n]+: 1\n\ncommand +kills[^\n]+\ncareful +\d [^\n]+\ncareless +\d/,
  );
});

for (const name of ["generate", "models"]) {
  Deno.test(`${name}, killed twice, leaves what an undisturbed run leaves`, async () => {
    await using opened = openVictims();
    const victim = opened.victims.find((each) => each.name === name)!;
    const { rounds, wrong } = await killVictim(victim, { kills: 2, seed: 5 });
    assert.equal(wrong, 0, JSON.stringify(rounds));
  });
}
