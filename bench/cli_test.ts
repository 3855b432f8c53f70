import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../lib/engine/errors.ts";
import { readBenchOptions } from "./cli.ts";
import { WORKS } from "./works/mod.ts";

const WORK_NAMES = Object.keys(WORKS);

Deno.test("readBenchOptions() gives the defaults, and what was asked for", () => {
  const defaults = {
    benches: ["train"],
    peers: [],
    modes: ["eager", "compile"],
    repetitions: 7,
    steps: 10_000,
    json: false,
  };
  assert.deepEqual(readBenchOptions(["train"]), defaults);
  const args = "train --peer pytorch,tfjs --mode eager --repetitions=2 --batch 4 --out o --json".split(" ");
  assert.deepEqual(readBenchOptions(args), {
    ...defaults,
    peers: ["pytorch", "tfjs"],
    modes: ["eager"],
    repetitions: 2,
    batch: 4,
    out: "o",
    json: true,
  });
  for (const all of [[], ["all"]]) {
    const options = readBenchOptions(all);
    assert.ok(options !== "help" && WORK_NAMES.every((work) => options.benches.includes(work)));
    assert.ok(!options.benches.includes("scaling"));
  }
  assert.equal(readBenchOptions(["--help"]), "help");
});

Deno.test("readBenchOptions() says in one sentence what is wrong", () => {
  const wrong: [string[], RegExp][] = [
    [["tain"], /bench expects train, .* or all, got "tain"; did you mean "train"\?/],
    [["train", "train"], /one name/],
    [["train", "--peer", "jax"], /--peer expects pytorch or tfjs, got "jax"/],
    [["vae", "--peer", "tfjs"], /--peer expects pytorch, got "tfjs"/],
    [["memory", "--peer", "pytorch"], /--peer expects nothing, got "pytorch"/],
    [["train", "--mode", "eager"], /--mode expects --peer pytorch beside it/],
    [["train", "--peer", "pytorch", "--mode", "jit"], /--mode expects eager or compile, got "jit"/],
    [["train", "--repetitions", "0"], /--repetitions expects a whole number from 1 to 1000, got "0"/],
    [["train", "--batch", "-3"], /--batch expects/],
    [["train", "--batch", "2.5"], /--batch expects a whole number/],
    [["scaling", "--batch", "4"], /--batch expects a bench of one batch size, got scaling/],
    [["memory", "--steps", "1"], /--steps expects a whole number from 20/],
    [["train", "--out"], /--out expects a value/],
    [["train", "--reps", "3"], /--reps is no option/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(
      () => readBenchOptions(args),
      (error) => error instanceof UserError && message.test(error.message),
      args.join(" "),
    );
  }
});

/** Runs the command. */
async function bench(...args: readonly string[]) {
  const cli = fileURLToPath(new URL("./cli.ts", import.meta.url));
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", cli, ...args] });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("bench ends with 2 and one line when it is asked for what there is not", async () => {
  const { code, stdout, stderr } = await bench("train", "--batch", "none");
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.equal(stderr.trim().split("\n").length, 1);
});

for (const work of WORK_NAMES) {
  Deno.test(`bench ${work} times the work alone and keeps the result and a table`, async () => {
    const out = mkdtempSync(join(tmpdir(), "bench-out-"));
    try {
      const { code, stdout, stderr } = await bench(
        ...[work, "--batch", "1", "--repetitions", "1", "--out", out, "--json"],
      );
      assert.equal(code, 0, stderr);
      const result = JSON.parse(stdout);
      assert.deepEqual(JSON.parse(readFileSync(join(out, `${work}.json`), "utf8")), result);
      assert.ok(existsSync(join(out, "table.md")));
      const [ours] = result.sides;
      assert.deepEqual([result.bench, result.batch, ours.name, ours.threads], [work, 1, "ours", 2]);
      assert.ok(ours.median > 0 && ours.peakMemoryMiB > 0 && result.rate.gigaflop > 0);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
}
