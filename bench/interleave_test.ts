import assert from "node:assert/strict";
import { interleave, median } from "./interleave.ts";
import type { Side } from "./side.ts";

Deno.test("median() is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), /at least one/);
});

/** A side whose steps take the given times. */
function scripted(name: string, times: readonly number[], log: string[]): Side {
  let at = 0;
  return {
    name,
    threads: 1,
    versions: {},
    check: () => Promise.resolve({ losses: [], norm: 0, gradients: {} }),
    time(steps) {
      log.push(name);
      return Promise.resolve(Array.from({ length: steps }, () => times[at++] as number));
    },
    usage: () => Promise.resolve({ cpuSeconds: 0, peakMemoryMiB: 1 }),
    close: () => Promise.resolve(),
  };
}

Deno.test("interleave() lets the sides take turns and gives medians and spread of the turns", async () => {
  const order: string[] = [];
  const sides = [scripted("a", [1, 2, 9, 5, 4, 6], order), scripted("b", [7, 7, 7, 8, 8, 8], order)];
  const [a, b] = await interleave(sides, { repetitions: 2, steps: 3, pause: 0 });
  assert.deepEqual(order, ["a", "b", "a", "b"]);
  assert.deepEqual(a?.turns, [2, 5]);
  assert.deepEqual(a?.steps, [[1, 2, 9], [5, 4, 6]]);
  assert.deepEqual([b?.median, b?.min, b?.max], [7.5, 7, 8]);
});

Deno.test("interleave() knows no idle load when there is one side", async () => {
  const [alone] = await interleave([scripted("a", [1], [])], { repetitions: 1, steps: 1, pause: 0 });
  assert.equal(alone?.idleLoad, null);
});
