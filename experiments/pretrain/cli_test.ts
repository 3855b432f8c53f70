import assert from "node:assert/strict";
import { UserError } from "../../lib/engine/mod.ts";
import { readCommand } from "./cli.ts";

Deno.test("readCommand() distinguishes what a training begins from and how long it is", () => {
  assert.deepEqual(readCommand(["vae"]), { help: false, part: "vae", start: { from: "fresh" } });
  assert.deepEqual(readCommand(["vae", "--warm-start", "--steps", "1700", "--threads=1"]), {
    help: false,
    part: "vae",
    start: { from: "checkpoint", steps: 1700 },
    threads: 1,
  });
  assert.deepEqual(readCommand(["lora-comic", "--resume"]), {
    help: false,
    part: "lora-comic",
    start: { from: "working state" },
  });
  assert.deepEqual(readCommand(["--help"]), { help: true });
});

Deno.test("readCommand() says in one sentence which arguments are wrong or exclude each other", () => {
  const faults: [string, RegExp][] = [
    ["", /^Pre-training expects vae/],
    ["encodr", /did you mean "encoder"\?$/],
    ["vae base", /needs one part, got "vae base"$/],
    ["vae --steps 2.5", /^--steps expects a whole number from 1 to \d+, got "2\.5"$/],
    ["vae --minutes 0", /^--minutes expects a whole number/],
    ["vae --threads -1", /^--threads expects a whole number/],
    ["vae --stpes 3", /did you mean "--steps"\?$/],
    ["vae --steps 3 --minutes 1", /^--minutes and --steps exclude each other/],
    ["vae --resume --warm-start", /^--resume and --warm-start exclude each other/],
    ["vae --resume --steps 3", /leave out --steps$/],
    ["vae --resume --minutes 3", /leave out --minutes$/],
  ];
  for (const [line, pattern] of faults) {
    assert.throws(() => readCommand(line.split(" ").filter(Boolean)), (error: Error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  }
});
