import assert from "node:assert/strict";
import { key, stream } from "../engine/random.ts";
import { bootstrapCells, bootstrapInterval, type Observation } from "./bootstrap.ts";
import { studentQuantile } from "./student.ts";

function observed(cell: string, values: readonly number[], seed = 1): Observation[] {
  return values.map((value, item) => ({ cell, stratum: "style", item, seed, value }));
}

function intervalOf(observations: readonly Observation[], seed = 1, cell = 0) {
  const result = bootstrapCells(observations, { key: key(seed), resamples: 300 });
  const column = result.resamples.map((resample) => resample[cell] as number);
  return bootstrapInterval(result.means[cell] as number, column, { items: result.items[cell] as number });
}

Deno.test("studentQuantile() agrees with printed tables when degrees of freedom are few and many", () => {
  for (
    const [df, expected] of [[1, 12.7062], [2, 4.3027], [3, 3.1824], [7, 2.3646], [30, 2.0423], [
      Infinity,
      1.96,
    ]]
  ) {
    assert.ok(Math.abs(studentQuantile(0.95, df as number) - (expected as number)) < 2e-4, `df ${df}`);
  }
  assert.ok(Math.abs(studentQuantile(0.99, 10) - 3.1693) < 2e-4);
  assert.throws(() => studentQuantile(1, 3), RangeError);
});

Deno.test("bootstrapInterval() holds the true mean in about 95 of 100 cases when items are few", () => {
  for (const items of [4, 10]) {
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const source = stream(key(`trial ${items} ${trial}`));
      const { low, high } = intervalOf(
        observed("a", Array.from({ length: items }, () => source.normal())),
        trial,
      );
      if (low <= 0 && 0 <= high) held++;
    }
    assert.ok(held >= 180 && held <= 199, `${items} items: ${held} of 200`);
  }
});

Deno.test("bootstrapCells() pairs cells of one task when their items are the same", () => {
  const source = stream(key(3));
  const base = Array.from({ length: 40 }, () => 10 * source.normal());
  const observations = [...observed("a", base), ...observed("b", base.map((value) => value + 1))];
  const { resamples } = bootstrapCells(observations, { key: key(2), resamples: 50 });
  for (const resample of resamples) {
    assert.ok(Math.abs((resample[1] as number) - (resample[0] as number) - 1) < 1e-9);
  }
});

Deno.test("bootstrapCells() lets a difference between seeds widen the interval when there are several", () => {
  const values = Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const alike = intervalOf([
    ...observed("a", values, 1),
    ...observed("a", values, 2),
    ...observed("a", values, 3),
  ]);
  const shifted = [0, 1, 2].flatMap((shift) => observed("a", values.map((value) => value + shift), shift));
  const apart = intervalOf(shifted);
  assert.ok(apart.high - apart.low > 2 * (alike.high - alike.low));
});

Deno.test("bootstrapCells() holds the true mean in about 95 of 100 cases when three seeds differ", () => {
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    const source = stream(key(`seeds ${trial}`));
    const items = Array.from({ length: 40 }, () => 0.5 * source.normal());
    const observations = [1, 2, 3].flatMap((seed) => {
      const shift = source.normal();
      return observed("a", items.map((value) => value + shift + 0.2 * source.normal()), seed);
    });
    const { low, high } = intervalOf(observations, trial);
    if (low <= 0 && 0 <= high) held++;
  }
  assert.ok(held >= 180 && held <= 199, `${held} of 200`);
});

Deno.test("bootstrapCells() asks for the same seeds in all cells of several", () => {
  const observations = [1, 2].flatMap((
    seed,
  ) => [...observed("a", [1, 2], seed), ...observed("b", [1, 2], seed + 1)]);
  assert.throws(() => bootstrapCells(observations, { key: key(1) }), /a has 2, b 2 or others/);
});

Deno.test("bootstrapInterval() stays on the grid of its statistic", () => {
  const values = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0.6 : 0.8));
  const { low, high } = bootstrapInterval(0.6, values, { items: 8, grid: true });
  assert.deepEqual([low, high], [0.6, 0.8]);
  assert.ok(bootstrapInterval(0.6, values, { items: 8 }).high > 0.8);
});

Deno.test("bootstrapInterval() knows no bound when there is a single item", () => {
  assert.deepEqual(bootstrapInterval(0.5, [0.5, 0.5], { items: 1 }), {
    estimate: 0.5,
    low: -Infinity,
    high: Infinity,
  });
  assert.throws(() => bootstrapCells(observed("a", [NaN]), { key: key(1) }), /got NaN for item 0/);
});
