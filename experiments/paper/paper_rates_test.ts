import assert from "node:assert/strict";
import { TASKS } from "../../lib/tasks/mod.ts";
import { loadFigures } from "../figures/figure.ts";
import { FIGURES } from "../figures/mod.ts";
import { reproduce } from "../reproduce.ts";
import { SCALES } from "../setting/scales.ts";
import {
  expectedPaperOperations,
  expectedPaperSeconds,
  type ExpectedSeconds,
  PAPER_RATES,
  type PaperRates,
} from "../setting/paper_rates.ts";

const rate = (seconds: number) => ({ seconds, gigabytes: 1 });
const RATES: PaperRates = {
  denoise: rate(10),
  decode: rate(3),
  encode: rate(2),
  train: rate(30),
  device: "cpu",
  where: "here",
};

Deno.test("expectedPaperSeconds() multiplies what was measured by what is asked", () => {
  const budget = { trainItems: 90, validationItems: 10, steps: 7, batch: 4, samplerSteps: 50 };
  assert.deepEqual(expectedPaperSeconds(budget, RATES), { encode: 500, train: 840, score: 5050 });
});

Deno.test("PAPER_RATES are of a measurement: positive, and used by every budget of the paper's scale", () => {
  for (const part of ["denoise", "decode", "encode", "train"] as const) {
    assert.ok(PAPER_RATES[part].seconds > 0, part);
    assert.ok(PAPER_RATES[part].gigabytes > 0, part);
  }
  for (const budget of Object.values(SCALES.paper.budgets)) {
    assert.deepEqual(budget.expectedSeconds, expectedPaperSeconds(budget));
    assert.deepEqual(budget.gigaflop, expectedPaperOperations(budget));
  }
});

async function dryRun(args: string): Promise<string> {
  let printed = "";
  const console = {
    out: (text: string) => printed += text,
    err: () => {},
    terminal: false,
    width: 100,
    signal: new AbortController().signal,
    cacheFolder: await Deno.makeTempDir(),
  };
  await reproduce([...args.split(" "), "--scale", "paper", "--dry-run"], FIGURES, console);
  return printed;
}

Deno.test("reproduce table1 --scale paper --dry-run says device-days, memory and disk, the files, every task's pairs and the command that checks them", async () => {
  const text = await dryRun("table1 --budget full --micro-batch 8");
  const { encode, train, score } = SCALES.paper.budgets.full.expectedSeconds;
  const seconds = 5 * encode + 7 * train + 25 * score;
  const found = /On cpu: ([\d,]+) days of one device, by rates measured with it/.exec(text);
  const days = Number(found?.[1]?.replaceAll(",", ""));
  assert.ok(Math.abs(days - seconds / 86_400) < 0.01 * days, `${days}`);
  assert.ok(text.includes(
    `${
      PAPER_RATES.train.gigabytes.toFixed(1)
    } GB to train in parts of 1 sample (of 8: not measured) and up to `,
  ));
  assert.match(text, /up to \d+\.\d GB while a training validates/);
  assert.match(text, /Disk: 30\.4 GB of encodings for each task of 42,000 pairs/);
  assert.match(text, /missing|found {2}/);
  assert.match(text, /ip-adapter-plus_sd15\.safetensors/);
  for (const task of TASKS) {
    assert.ok(text.includes(`deno task data check --scale paper --task ${task} DIR`));
  }
  assert.match(text, /batch 512, learning rate 0\.000001, 100,000 steps/);
});

Deno.test("reproduce table1 --scale paper --dry-run says of a device that was not measured what the arithmetic is", async () => {
  const text = await dryRun("table1 --budget quick --device cuda");
  const { encode, train, score } = SCALES.paper.budgets.quick.gigaflop as ExpectedSeconds;
  const petaflop = (5 * encode + 7 * train + 25 * score) / 1e6;
  const [, operations, days] =
    /On cuda: ([\d,.]+) × 10¹⁵ operations, which are ([\d.]+) days of one device at a sustained 10 TFLOP\/s/
      .exec(text) ?? [];
  assert.ok(Math.abs(Number(operations?.replaceAll(",", "")) / petaflop - 1) < 0.01);
  assert.ok(Math.abs(Number(days) / (petaflop * 100 / 86_400) - 1) < 0.01);
  assert.match(text, /No rate of cuda is measured yet/);
});

for (const { record: { id }, paperScale } of await loadFigures(FIGURES)) {
  Deno.test(`reproduce() plans ${id} at the paper's scale with --dry-run`, async () => {
    const printed = await dryRun(`${id} --budget full`);
    assert.match(printed, /stages to run, about \S+/);
    if (paperScale === "untrained") return;
    const said = paperScale === "trained"
      ? /Memory at the peak/
      : /Running \w+ at paper scale is not built, expected table1, [\w, ]+ or scale, got/;
    assert.match(printed, said, printed);
  });
}
