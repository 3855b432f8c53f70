import assert from "node:assert/strict";
import { interleave } from "./interleave.ts";
import type { Side } from "./side.ts";

/** A side whose steps take the given times. */
function scripted(name: string, times: readonly number[], log: string[]): Side {
  let at = 0;
  return {
    name,
    threads: 1,
    versions: {},
    startSeconds: 0,
    check: () => Promise.resolve({ losses: [], arrays: {} }),
    time(steps) {
      log.push(name);
      return Promise.resolve(Array.from({ length: steps }, () => times[at++] as number));
    },
    usage: () => Promise.resolve({ cpuSeconds: 0, peakMemoryMiB: 1 }),
    close: () => Promise.resolve(),
  };
}

Deno.test("interleave() lets the sides take turns, there and back, and gives medians and spread of the turns", async () => {
  const order: string[] = [];
  const sides = [scripted("a", [1, 2, 9, 5, 4, 6], order), scripted("b", [7, 7, 7, 8, 8, 8], order)];
  const [a, b] = await interleave(sides, { repetitions: 2, runs: 3, pause: 0 });
  assert.deepEqual(order, ["a", "b", "b", "a"]);
  assert.deepEqual(a?.turns, [2, 5]);
  assert.deepEqual(a?.runs, [[1, 2, 9], [5, 4, 6]]);
  assert.deepEqual([b?.median, b?.min, b?.max], [7.5, 7, 8]);
});

Deno.test("interleave() knows no idle load when there is one side", async () => {
  const [alone] = await interleave([scripted("a", [1], [])], { repetitions: 1, runs: 1, pause: 0 });
  assert.equal(alone?.idleLoad, null);
});
