import assert from "node:assert/strict";
import { fold, key, normal, stream, uniform } from "./random.ts";

/** Mean, standard deviation, skewness and kurtosis. */
function moments(x: Float32Array): [number, number, number, number] {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const central = (power: number) => x.reduce((a, b) => a + (b - mean) ** power, 0) / x.length;
  const std = Math.sqrt(central(2));
  return [mean, std, central(3) / std ** 3, central(4) / std ** 4];
}

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) < within, `${actual} is not ${expected} ± ${within}`);
}

Deno.test("key() and fold() give the same numbers for the same data and others for other data", () => {
  assert.deepEqual(normal(key(7), 5), normal(key(7), 5));
  assert.deepEqual(fold(key(7), "a", 3), fold(fold(key(7), "a"), 3));
  const names = [key(0), key(1), key("1"), key(-1), fold(key(0), 0), fold(key(0), "0"), fold(key(0), 12, 3)];
  const more = [fold(key(0), 1, 23), fold(key(0), "12", 3), fold(key(0), "a", "b"), fold(key(0), "ab")];
  const first = [...names, ...more].map((each) => stream(each).float());
  assert.equal(new Set(first).size, first.length);
});

Deno.test("key() keeps its numbers from one version to the next", () => {
  assert.deepEqual(key(1).words, [-737900365, 1111018135]);
  const source = stream(fold(key(1), "train", 5));
  assert.deepEqual([source.int(0, 999), source.int(0, 999), source.bool(), source.pick([..."abcdef"])], [
    181,
    98,
    false,
    "b",
  ]);
  assert.deepEqual(source.shuffle([1, 2, 3, 4, 5]), [5, 1, 2, 3, 4]);
});

Deno.test("fold() gives streams that do not resemble each other", () => {
  const columns = Array.from({ length: 2000 }, (_, i) => uniform(fold(key(3), i), 2, { low: -1, high: 1 }));
  const correlation = (f: (i: number) => number) =>
    columns.slice(1).reduce((sum, column, i) => sum + column[0]! * f(i), 0) / columns.length * 3;
  near(correlation((i) => columns[i]![0]!), 0, 0.08);
  near(correlation((i) => columns[i + 1]![1]!), 0, 0.08);
  near(moments(Float32Array.from(columns, (column) => column[0]!))[0], 0, 0.04);
});

Deno.test("normal() has the moments of the normal distribution", () => {
  const [mean, std, skew, kurtosis] = moments(normal(key(11), 100_000, { mean: 3, std: 2 }));
  near(mean, 3, 0.03);
  near(std, 2, 0.02);
  near(skew, 0, 0.03);
  near(kurtosis, 3, 0.08);
});

Deno.test("uniform() fills its interval evenly", () => {
  const samples = uniform(key(12), 100_000, { low: -1, high: 3 });
  const [mean, std] = moments(samples);
  near(mean, 1, 0.02);
  near(std, 4 / Math.sqrt(12), 0.01);
  assert.ok(samples.every((x) => x >= -1 && x <= 3));
});

Deno.test("stream() samples integers with both ends, picks and shuffles fairly", () => {
  const source = stream(key(13));
  const counts = new Map<number, number>();
  for (let i = 0; i < 6000; i++) {
    const value = source.int(-1, 4);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort((a, b) => a - b), [-1, 0, 1, 2, 3, 4]);
  for (const count of counts.values()) near(count, 1000, 150);
  const firsts = Array.from({ length: 3000 }, () => source.shuffle(["a", "b", "c"])[0]);
  for (const letter of "abc") near(firsts.filter((each) => each === letter).length, 1000, 120);
  near(Array.from({ length: 4000 }, () => source.bool(0.05)).filter(Boolean).length, 200, 60);
  const items = [1, 2, 3];
  assert.deepEqual(source.shuffle(items).sort(), [1, 2, 3]);
  assert.deepEqual(items, [1, 2, 3]);
  assert.throws(() => source.pick([]), /at least one element, got none/);
});
