import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { benchTsne, checkDivergences, LayoutDisagreement } from "./tsne.ts";
import { startTsneSide } from "./tsne_side.ts";

Deno.test("checkDivergences() throws when a layout is better or worse than the other by more than 2 %, or no number", () => {
  const of = (ours: number, peer: number) =>
    checkDivergences([{ name: "ours", divergence: ours }, { name: "peer", divergence: peer }]);
  of(1.35, 1.36);
  checkDivergences([{ name: "ours", divergence: 1 }]);
  for (const [ours, peer] of [[1.39, 1.36], [1.33, 1.36], [NaN, 1.36]] as const) {
    assert.throws(() => of(ours, peer), LayoutDisagreement);
  }
});

Deno.test("benchTsne() times our side alone", async () => {
  const notices: string[] = [];
  const { sides, comparisons } = await benchTsne({
    repetitions: 2,
    count: 100,
    iterations: 20,
    cacheFolder: tmpdir(),
    notice: (text) => notices.push(text),
  });
  const [ours] = sides;
  assert.equal(sides.length, 1);
  assert.deepEqual(comparisons, []);
  assert.equal(ours?.turns.length, 2);
  assert.ok(ours.min > 0 && ours.median === (ours.turns[0]! + ours.turns[1]!) / 2);
  assert.ok(ours.divergence > 0 && ours.peakMemoryMiB > 10);
  assert.ok(notices.some((text) => text.startsWith("2/2 ours")));
});

Deno.test("startTsneSide() says a side's last words when it ends", async () => {
  const side = startTsneSide({
    name: "it",
    command: Deno.execPath(),
    args: ["eval", 'console.error("no points"); Deno.exit(1)'],
  });
  await assert.rejects(side, /Timing it failed: expected an answer, got its end: no points/);
});
