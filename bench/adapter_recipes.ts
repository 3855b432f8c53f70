/**
 * Recipes of the adapters, each tried on IPAdapter+ alone from the same start for as many steps on the same scenes, by its error on held-out scenes and
 * by how much of a condition arrives: `deno run -A bench/adapter_recipes.ts "muon 4" [--steps 400] [--pool 4000] [--items 48] [--threads 1] [--keep]`.
 * Prints JSON; `--keep` adds it to results/bench/adapter_recipes.json.
 */
import process from "node:process";
import type { ResamplerConfig } from "../lib/adapter/mod.ts";
import { fold, key } from "../lib/engine/mod.ts";
import { loadBank } from "../lib/tasks/mod.ts";
import { ADAMW_OPTIMIZER, type AdapterRecipe, MUON_OPTIMIZER } from "../lib/training/mod.ts";
import { oneOf, readOptions, runCommand, wholeNumber } from "../experiments/setting/command_line.ts";
import { loadBase } from "../experiments/mini/frozen.ts";
import { checkpointPath, readCheckpoint } from "../experiments/mini/checkpoints.ts";
import { MINI_RESAMPLER } from "../experiments/mini/models.ts";
import { FIRST_HELD_OUT } from "../experiments/parts/held_out.ts";
import { measure } from "../experiments/parts/ip_adapter_plus/evaluate.ts";
import { IP_ADAPTER_PLUS } from "../experiments/parts/ip_adapter_plus/mod.ts";
import { plusPool, preparePlus, RECIPE } from "../experiments/parts/ip_adapter_plus/train.ts";
import { type AdapterTrial, TRIALS } from "../experiments/parts/ip_adapter_plus/trials.ts";
import { reportTrial, trainSteps, withTriedAdapter } from "./recipe_trial.ts";

const muon = (muonRate: number, firstTimestep = 0) => ({
  optimizer: { ...MUON_OPTIMIZER, muonRate },
  firstTimestep,
});

/** The committed recipe with another number of image tokens. */
const tokens = (num_queries: number) => ({ projection: { ...MINI_RESAMPLER, num_queries } });

/** What is tried, by name; the number behind "muon" is its rate, behind "from" the first timestep. */
const RECIPES: Readonly<Record<string, Partial<AdapterRecipe> & { readonly projection?: ResamplerConfig }>> =
  {
    "adamw": { optimizer: ADAMW_OPTIMIZER, firstTimestep: 0 },
    "muon 1": muon(1),
    "muon 4": muon(4),
    "muon 8": muon(8),
    "muon 1, from 300": muon(1, 300),
    "adamw, from 300": { optimizer: ADAMW_OPTIMIZER, firstTimestep: 300 },
    "muon 4, from 300": muon(4, 300),
    "16 image tokens": tokens(16),
    "32 image tokens": tokens(32),
    "64 image tokens": tokens(64),
  };

const HELD_OUT = 512;
const HELD_OUT_BATCHES = 32;

await runCommand(async () => {
  const { flags, values, positionals } = readOptions(process.argv.slice(2), {
    steps: "value",
    pool: "value",
    items: "value",
    threads: "value",
    keep: "flag",
  });
  const name = oneOf("Trying a recipe", positionals[0] ?? "", Object.keys(RECIPES));
  const number = (option: "steps" | "pool" | "items" | "threads", usual: number, low: number, high: number) =>
    wholeNumber(`--${option}`, values.get(option) ?? `${usual}`, { low, high });
  const steps = number("steps", 400, 1, 1_000_000), pool = number("pool", 4000, 1, 1_000_000);
  const items = number("items", 48, 2, 1000);
  const { projection = MINI_RESAMPLER, ...tried } = RECIPES[name]!;
  const adapterRecipe: AdapterRecipe = { ...RECIPE, ...tried };
  const recipe = { ...IP_ADAPTER_PLUS.recipe, optimizer: adapterRecipe.optimizer };
  const bank = await loadBank();
  const notify = (line: string) => console.error(line);
  const training = await preparePlus(bank, {
    ...{ recipe, batches: key(recipe.seed), notify },
    compile: { threads: number("threads", 1, 1, 64) },
  }, { adapterRecipe, pool, projection });
  const { lr, warmup } = recipe.schedule;
  await trainSteps(training, steps, {
    learningRate: (step) => lr * Math.min(1, (step + 1) / warmup) * (1 - step / steps),
    done(step, loss) {
      if (step % 50 === 0) notify(`${name}: step ${step}, loss ${loss.toFixed(3)}`);
    },
  });
  const finished = await training.finish();
  const { tokenizer } = await loadBase();
  const held = await plusPool(bank, { first: FIRST_HELD_OUT, pool: HELD_OUT, tokenizer });
  /** Under a learning rate of 0 the step only measures; the same scenes, noises and timesteps for every recipe. */
  const errorWithout = async (text: 0 | 1) => {
    let sum = 0;
    for (let i = 0; i < HELD_OUT_BATCHES; i++) {
      const feeds = held.batch(fold(key("held out"), i), recipe.batch, {
        ...{ lossWeighting: "velocity", firstTimestep: 0 },
        drop: { image: 0, text, both: 0 },
      });
      sum += (await training.step.run(feeds, { step: i, learningRate: 0 })).loss;
    }
    return Number((sum / HELD_OUT_BATCHES).toFixed(4));
  };
  const heldOutError = await errorWithout(0), heldOutErrorWithoutText = await errorWithout(1);
  await training.step.dispose();
  const { scores } = await withTriedAdapter(
    "ip-adapter-plus",
    finished,
    (folder) => measure({ bank, folder, items }),
  );
  const parts: Record<string, string> = {};
  for (const part of ["base", "encoder", "judge"]) {
    parts[part] = (await readCheckpoint(part, checkpointPath(part))).hash;
  }
  const trial: AdapterTrial = {
    ...{ recipe: name, parts, steps, heldOutError, heldOutErrorWithoutText },
    clipIShare: Number((scores.find((each) => each.bar !== undefined)?.value ?? NaN).toFixed(3)),
  };
  await reportTrial(TRIALS, trial, { keep: flags.has("keep") });
});
