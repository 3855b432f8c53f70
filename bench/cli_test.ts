import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { UserError } from "../lib/engine/errors.ts";
import { readBenchOptions } from "./cli.ts";

Deno.test("readBenchOptions() gives the defaults, and what was asked for", () => {
  assert.deepEqual(readBenchOptions(["train"]), { batch: 32, repetitions: 7, json: false });
  assert.deepEqual(
    readBenchOptions([
      "train",
      "--peer",
      "pytorch",
      "--repetitions=2",
      "--batch",
      "4",
      "--out",
      "o",
      "--json",
    ]),
    { batch: 4, repetitions: 2, peer: "pytorch", out: "o", json: true },
  );
  assert.equal(readBenchOptions(["--help"]), "help");
});

Deno.test("readBenchOptions() says in one sentence what is wrong", () => {
  const wrong: [string[], RegExp][] = [
    [[], /expects train, got nothing/],
    [["tain"], /expects train, got "tain"; did you mean "train"\?/],
    [["train", "train"], /one name/],
    [["train", "--peer", "jax"], /--peer expects pytorch, got "jax"/],
    [["train", "--repetitions", "0"], /--repetitions expects a whole number from 1 to 1000, got "0"/],
    [["train", "--batch", "-3"], /--batch expects/],
    [["train", "--batch", "2.5"], /--batch expects a whole number/],
    [["train", "--out"], /--out expects a value/],
    [["train", "--reps", "3"], /--reps is no option/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(
      () => readBenchOptions(args),
      (error) => error instanceof UserError && message.test(error.message),
    );
  }
});

Deno.test("bench ends with 2 and one line when it is asked for what there is not", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("./cli.ts", import.meta.url)), "train", "--batch", "none"],
  }).output();
  assert.equal(code, 2);
  assert.equal(stdout.length, 0);
  assert.equal(new TextDecoder().decode(stderr).trim().split("\n").length, 1);
});
