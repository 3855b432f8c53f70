import assert from "node:assert/strict";
import { TASKS } from "../../lib/tasks/mod.ts";
import { FIGURES } from "../figures/mod.ts";
import { reproduce } from "../reproduce.ts";
import { SCALES } from "../setting/scales.ts";
import { expectedPaperSeconds, PAPER_RATES, type PaperRates } from "../setting/paper_rates.ts";
import { paperPlanText } from "./plan_text.ts";

const rate = (seconds: number) => ({ seconds, gigabytes: 1 });
const RATES: PaperRates = {
  denoise: rate(10),
  decode: rate(3),
  encode: rate(2),
  train: rate(30),
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
  }
});

Deno.test("paperPlanText() names the files, every task's pairs and the command that checks them", () => {
  const text = paperPlanText(TASKS);
  assert.match(text, /missing|found {2}/);
  assert.match(text, /ip-adapter-plus_sd15\.safetensors/);
  for (const task of TASKS) {
    assert.ok(text.includes(`deno task data check --scale paper --task ${task} DIR`));
  }
  assert.match(text, /batch 512, learning rate 0\.000001, 100,000 steps/);
});

for (const { id } of FIGURES) {
  Deno.test(`reproduce() plans ${id} at the paper's scale with --dry-run`, async () => {
    let printed = "";
    const console = {
      out: (text: string) => printed += text,
      err: () => {},
      terminal: false,
      width: 100,
      signal: new AbortController().signal,
      cacheFolder: await Deno.makeTempDir(),
    };
    await reproduce([id, "--scale", "paper", "--budget", "full", "--dry-run"], FIGURES, console);
    assert.match(printed, /stages to run, about \S+/);
    // fig2 and fig3 are rendered from the parameter trees: they need no weights.
    if (["fig2", "fig3"].includes(id)) return;
    assert.match(printed, /Memory at the peak/, printed);
  });
}
