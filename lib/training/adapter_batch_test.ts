import assert from "node:assert/strict";
import { noiseSchedule, SD_SCHEDULE } from "../diffusion/mod.ts";
import { fold, key } from "../engine/mod.ts";
import { adapterBatch, type AdapterItem, type AdapterItems, mixedBatch } from "./adapter_batch.ts";
import { PAPER_RECIPE, recipeSchedule } from "./adapter_recipe.ts";
import { velocityWeights } from "./noise_prediction.ts";

const COUNT = 20_000;
const schedule = noiseSchedule(SD_SCHEDULE);
const item: AdapterItem = {
  latent: Float32Array.of(1, 2),
  image: Float32Array.of(5),
  ids: Int32Array.of(7),
  instruction: Float32Array.of(9),
};
const common = { schedule, noImage: Float32Array.of(0), noText: Int32Array.of(0) };

Deno.test("adapterBatch() drops images, texts and both in the recipe's shares, and never an instruction", () => {
  for (
    const drop of [PAPER_RECIPE.drop, { image: 0.05, text: 0.3, both: 0.1 }, { image: 0, text: 0, both: 0 }]
  ) {
    const { image, ids, instruction } = adapterBatch(
      key("shares"),
      Array.from({ length: COUNT }, () => item),
      {
        ...common,
        recipe: { ...PAPER_RECIPE, drop },
      },
    );
    const found = { image: 0, text: 0, both: 0 };
    image.forEach((value, i) => {
      const [noImage, noText] = [value === 0, ids[i] === 0];
      if (noImage && noText) found.both++;
      else if (noImage) found.image++;
      else if (noText) found.text++;
    });
    for (const [name, share] of Object.entries(drop)) {
      const error = Math.abs(found[name as keyof typeof found] / COUNT - share);
      assert.ok(error <= 4 * Math.sqrt(share * (1 - share) / COUNT), `${name}: ${share} ± ${error}`);
    }
    assert.ok(instruction?.every((value) => value === 9));
  }
});

Deno.test("adapterBatch() weights samples as the recipe says: not at all, or by their timesteps", () => {
  const items = [item, item, item];
  const batch = (lossWeighting: "uniform" | "velocity") =>
    adapterBatch(key("weights"), items, { ...common, recipe: { ...PAPER_RECIPE, lossWeighting } });
  assert.equal(batch("uniform").weights, undefined);
  const { weights, ...noisy } = batch("velocity");
  assert.deepEqual(weights, velocityWeights(schedule, noisy.timestep));
  assert.deepEqual(noisy, batch("uniform"));
});

Deno.test("adapterBatch() trains at the recipe's timesteps, evenly from the first to the last", () => {
  const items = Array.from({ length: COUNT }, () => item);
  const timesteps = (firstTimestep: number) =>
    adapterBatch(key("timesteps"), items, { ...common, recipe: { ...PAPER_RECIPE, firstTimestep } }).timestep;
  for (const first of [0, 300]) {
    const found = timesteps(first), mean = found.reduce((sum, t) => sum + t / COUNT, 0);
    assert.deepEqual([Math.min(...found), Math.max(...found)], [first, 999]);
    assert.ok(Math.abs(mean - (first + 999) / 2) < 4 * (999 - first) / Math.sqrt(12 * COUNT), `${mean}`);
  }
});

Deno.test("mixedBatch() mixes tasks evenly whatever their sizes, and depends on its key alone", () => {
  const task = (value: number, items: number): AdapterItems => ({
    items,
    item: (index) => ({ ...item, ids: Int32Array.of(value), latent: Float32Array.of(index, 0) }),
  });
  const tasks = [task(1, 10), task(2, 3), task(3, 500)];
  const options = {
    ...common,
    batch: 6000,
    recipe: { ...PAPER_RECIPE, drop: { image: 0, text: 0, both: 0 } },
  };
  const batch = mixedBatch(key("mix"), tasks, options);
  const ids = batch.ids as Int32Array;
  for (const value of [1, 2, 3]) {
    const share = ids.filter((id) => id === value).length / options.batch;
    assert.ok(Math.abs(share - 1 / 3) < 0.025, `${share}`);
  }
  assert.deepEqual(mixedBatch(key("mix"), tasks, options), batch);
  assert.notDeepEqual(mixedBatch(fold(key("mix"), 1), tasks, options), batch);
});

Deno.test("recipeSchedule() warms up for a share of the steps, at least one, or not at all", () => {
  const recipe = { ...PAPER_RECIPE, learningRate: 2, schedule: "linear", warmup: 0.05 } as const;
  assert.deepEqual(recipeSchedule(recipe, 100), { kind: "linear", lr: 2, warmup: 5, total: 100 });
  assert.equal(recipeSchedule(recipe, 6).warmup, 1);
  assert.equal(recipeSchedule(PAPER_RECIPE, 100).warmup, 0);
});
