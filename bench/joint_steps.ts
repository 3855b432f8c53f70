/**
 * How many steps the joint model needs to heed its instruction: Table 1's recipe for other lengths and batches, by its control afterwards:
 * `deno run -A bench/joint_steps.ts [--steps 3200] [--batch 16] [--pairs 2000] [--items 48] [--rate 1] [--threads 1] [--keep]`.
 * Prints JSON; `--keep` adds it to results/bench/joint_steps.json.
 */
import process from "node:process";
import { key } from "../lib/engine/mod.ts";
import { loadBank } from "../lib/tasks/mod.ts";
import { learningRate, recipeSchedule } from "../lib/training/mod.ts";
import { readOptions, runCommand, wholeNumber } from "../experiments/setting/command_line.ts";
import { measure } from "../experiments/parts/ip_adapter_instruct/evaluate.ts";
import { IP_ADAPTER_INSTRUCT } from "../experiments/parts/ip_adapter_instruct/mod.ts";
import { prepareJoint } from "../experiments/parts/ip_adapter_instruct/train.ts";
import { type JointTrial, TRIALS } from "../experiments/parts/ip_adapter_instruct/trials.ts";
import type { Score } from "../experiments/parts/measurement.ts";
import { MINI_RECIPE } from "../experiments/setting/scales.ts";
import { reportTrial, trainSteps, withTriedAdapter } from "./recipe_trial.ts";

await runCommand(async () => {
  const { flags, values } = readOptions(process.argv.slice(2), {
    steps: "value",
    batch: "value",
    pairs: "value",
    items: "value",
    rate: "value",
    threads: "value",
    keep: "flag",
  });
  const number = (
    option: "steps" | "batch" | "pairs" | "items" | "rate" | "threads",
    usual: number,
    low = 1,
  ) => wholeNumber(`--${option}`, values.get(option) ?? `${usual}`, { low, high: 1_000_000 });
  const steps = number("steps", 3200), batch = number("batch", 16), pairs = number("pairs", 2000);
  const items = number("items", 48, 2), rate = number("rate", 1), threads = number("threads", 1);
  const recipe = { ...IP_ADAPTER_INSTRUCT.recipe, batch };
  const notify = (line: string) => console.error(line);
  const bank = await loadBank();
  const training = await prepareJoint(
    { recipe, batches: key(recipe.seed), notify, compile: { threads } },
    { pairs },
  );
  const schedule = recipeSchedule(
    { ...MINI_RECIPE, learningRate: rate * MINI_RECIPE.learningRate },
    steps,
  );
  const start = performance.now();
  let sum = 0;
  await trainSteps(training, steps, {
    learningRate: (step) => learningRate(schedule, step),
    done(step, loss) {
      sum += loss;
      if (step % 100 > 0) return;
      notify(`step ${step}, loss ${(sum / 100).toFixed(4)}`);
      sum = 0;
    },
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  const finished = await training.finish();
  await training.step.dispose();
  const { scores } = await withTriedAdapter(
    IP_ADAPTER_INSTRUCT.name,
    finished,
    (folder) => measure({ bank, folder, items }),
  );
  const found = (name: string): JointTrial["control"] => {
    const { value, low, high } = scores.find((each) => each.name === name) as Score;
    return [value, low ?? NaN, high ?? NaN].map((each) =>
      Number(each.toFixed(3))
    ) as unknown as JointTrial["control"];
  };
  const trial: JointTrial = {
    ...{
      recipe: `${steps.toLocaleString("en")} steps of batch ${batch}${
        rate === 1 ? "" : `, ${rate} × the rate`
      }`,
      steps,
      batch,
      pairs,
      scenes: items,
      seconds,
      threads,
    },
    ...{ control: found("control"), controlFree: found("control, free wordings") },
  };
  await reportTrial(TRIALS, trial, { keep: flags.has("keep") });
});
