/**
 * Recipes of the base model, each trained alone for the same time from the same start, on its error and on the captions that are found:
 * `deno run -A bench/base_recipes.ts "muon 4" [--minutes 8] [--pool 8000] [--threads 1] [--judge judge] [--keep]`. Prints JSON; `--keep` adds it to results/bench/base_recipes.json. Two
 * side by side, one thread each, compare best; run them on a machine that does nothing else.
 */
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fold, key } from "../lib/engine/mod.ts";
import { createCaptionTokenizer } from "../lib/clip/mod.ts";
import type { UnetConfig } from "../lib/diffusion/mod.ts";
import { captionVocabulary, loadBank } from "../lib/tasks/mod.ts";
import { ADAMW_OPTIMIZER, MUON_OPTIMIZER, type OptimizerConfig } from "../lib/training/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../experiments/setting/command_line.ts";
import { MINI_UNET, TEXT_LENGTH } from "../experiments/mini/models.ts";
import { measure, RECIPE_SCORES } from "../experiments/parts/base/evaluate.ts";
import { BASE } from "../experiments/parts/base/mod.ts";
import { type Trial, TRIALS } from "../experiments/parts/base/trials.ts";
import { type BaseDesign, basePool, DESIGN, prepareBase } from "../experiments/parts/base/train.ts";
import { FIRST_HELD_OUT } from "../experiments/parts/held_out.ts";
import { reportTrial, withTriedPart } from "./recipe_trial.ts";

/** The denoiser with attention at 16×16 too. */
const ATTENTIVE: UnetConfig = {
  ...MINI_UNET,
  down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
  up_block_types: ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
};

function muon(muonRate: number): OptimizerConfig {
  return { ...MUON_OPTIMIZER, muonRate };
}

/** What is tried, by name; the number is Muon's rate. */
const RECIPES: Readonly<Record<string, { optimizer: OptimizerConfig } & Partial<BaseDesign>>> = {
  "adamw": { optimizer: ADAMW_OPTIMIZER },
  "muon 1": { optimizer: muon(1) },
  "muon 1, nearest of 4 noises": { optimizer: muon(1), candidates: 4 },
  "muon 1, aligned": { optimizer: muon(1), alignment: 0.5 },
  "muon 2, attention at 16×16": { optimizer: muon(2), unet: ATTENTIVE },
  "muon 4": { optimizer: muon(4) },
  "muon 4, wide at 4×4": { optimizer: muon(4), unet: { ...MINI_UNET, block_out_channels: [48, 96, 192] } },
  "muon 4, wide": { optimizer: muon(4), unet: { ...MINI_UNET, block_out_channels: [64, 128, 128] } },
  "muon 8": { optimizer: muon(8) },
};

const HELD_OUT = 512;
const HELD_OUT_BATCHES = 24;
const CAPTIONS = 100;

await runCommand(async () => {
  const { flags, values, positionals } = readOptions(process.argv.slice(2), {
    minutes: "value",
    pool: "value",
    threads: "value",
    judge: "value",
    keep: "flag",
  });
  const name = oneOf("Trying a recipe", positionals[0] ?? "", Object.keys(RECIPES));
  const number = (option: "minutes" | "pool" | "threads", usual: number, high: number) =>
    wholeNumber(`--${option}`, values.get(option) ?? `${usual}`, { low: 1, high });
  const minutes = number("minutes", 8, 600);
  const threads = number("threads", 1, 64);
  const judge = oneOf("Judging", values.get("judge") ?? "judge", ["judge", "encoder"]);
  const { optimizer, ...changes } = RECIPES[name] as typeof RECIPES[string];
  const design: BaseDesign = { ...DESIGN, pool: number("pool", 8000, 1_000_000), portraits: 0, ...changes };
  const recipe = { ...BASE.recipe, optimizer };
  const bank = await loadBank();
  const notify = (line: string) => console.error(line);
  const batches = key(recipe.seed);
  const compile = { threads };
  const training = await prepareBase(bank, { recipe, batches, notify, compile }, design);
  const begun = performance.now();
  const spent = () => (performance.now() - begun) / 60_000;
  let steps = 0;
  const { lr, warmup } = recipe.schedule;
  while (spent() < minutes) {
    // It falls with the time that is spent, since the number of steps is not known.
    const learningRate = lr * Math.min(1, (steps + 1) / warmup) * (1 - spent() / minutes);
    const { loss } = await training.step.run(await training.batch(steps), { step: steps, learningRate });
    if (++steps % 100 === 0) {
      notify(`${name}: step ${steps}, ${spent().toFixed(1)} min, loss ${loss.toFixed(3)}`);
    }
  }
  const millisecondsPerStep = Math.round(60_000 * spent() / steps);
  const finished = await training.finish();
  const tokenizer = createCaptionTokenizer(captionVocabulary(), { length: TEXT_LENGTH });
  // The same noises for every recipe.
  const held = { ...design, candidates: 1 };
  const sample = await basePool(bank, held, { first: FIRST_HELD_OUT, size: HELD_OUT, tokenizer });
  // The averaged weights under a learning rate of 0: the step only measures them.
  training.step.reset(training.step.weights());
  let heldOutError = 0;
  for (let i = 0; i < HELD_OUT_BATCHES; i++) {
    const { feeds } = sample(fold(key("held out"), i), recipe.batch);
    const { loss, aux } = await training.step.run(feeds, { step: i, learningRate: 0 });
    heldOutError += (aux.error?.data[0] as number | undefined ?? loss) / HELD_OUT_BATCHES;
  }
  await training.step.dispose();
  const { scores } = await withTriedPart(
    { name: "base", finished, beside: { vae: "vae", judge } },
    (folder) => measure({ bank, folder, items: CAPTIONS }),
  );
  const score = (of: keyof typeof RECIPE_SCORES) => {
    const found = scores.find(({ name }) => name === RECIPE_SCORES[of]);
    if (!found) throw new RangeError(`Comparing recipes needs the score "${RECIPE_SCORES[of]}", got none`);
    return found.value;
  };
  const trial: Trial = {
    recipe: name,
    minutes,
    steps,
    millisecondsPerStep,
    heldOutError: Number(heldOutError.toFixed(4)),
    captionsFound: Number(score("captionsFound").toFixed(3)),
    clipP: Number(score("clipP").toFixed(3)),
    judge,
    processor: cpus()[0]?.model ?? "",
  };
  await reportTrial(TRIALS, trial, { keep: flags.has("keep") });
});
