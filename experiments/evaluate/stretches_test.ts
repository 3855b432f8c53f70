import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { keepStretch, outlookOf, type Stretch, stretchOf, stretchRows } from "./stretches.ts";

const stretch = (checkpoint: string, hours: number, { data = "d", trainings = 2 } = {}): Stretch => ({
  checkpoint,
  data,
  trainings,
  hours,
  samples: 3200,
  scores: { "top-1": hours / 10 },
});

Deno.test("stretchOf() adds up hours and samples of all trainings and keeps the scores with a bar", () => {
  const scores = [
    { name: "top-1", value: 0.5, n: 100, bar: { least: 0.9, items: 100 }, verdict: "below the bar" as const },
    { name: "CLIP-P", value: 0.7, n: 100, verdict: "none" as const },
  ];
  const trainings = [{ steps: 100, batch: 32, seconds: 3600 }, { steps: 50, batch: 16, seconds: 1800 }];
  assert.deepEqual(stretchOf({ data: "d", scores }, { checkpoint: "a", trainings }), {
    checkpoint: "a",
    data: "d",
    trainings: 2,
    hours: 1.5,
    samples: 4000,
    scores: { "top-1": 0.5 },
  });
  const unknown = stretchOf({ data: "d", scores }, {
    checkpoint: "a",
    trainings: [...trainings, { steps: 5 }],
  });
  assert.ok(!("hours" in unknown) && !("samples" in unknown));
});

Deno.test("keepStretch() appends, and measuring a checkpoint again takes its place", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = new URL("part.scores.json", pathToFileURL(`${folder}/`));
    await keepStretch(file, stretch("a", 1));
    await keepStretch(file, stretch("b", 2));
    const kept = await keepStretch(file, stretch("b", 3));
    assert.deepEqual(kept, [stretch("a", 1), stretch("b", 3)]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${folder}/part.scores.json`)), kept);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stretchRows() leaves out scores on other data", () => {
  const { headings, rows } = stretchRows([
    stretch("a", 1, { data: "old" }),
    stretch("b", 2),
    stretch("c", 3),
  ]);
  assert.deepEqual(headings, ["hours", "samples", "top-1"]);
  assert.deepEqual(rows, [["2.00", "3,200", "0.200"], ["3.00", "3,200", "0.300"]]);
});

Deno.test("stretchRows() begins where the part was last trained anew", () => {
  const anew = { trainings: 1 };
  const { rows } = stretchRows([
    stretch("a", 1, anew),
    stretch("b", 5),
    stretch("c", 2, anew),
    stretch("d", 3),
  ]);
  assert.deepEqual(rows.map(([hours]) => hours), ["2.00", "3.00"]);
});

Deno.test("outlookOf() follows a line over doublings to the bar, at the speed so far", () => {
  const at = (hours: number, score: number): Stretch => ({
    ...stretch(`${hours}`, hours),
    samples: hours * 1000,
    scores: { "top-1": score },
  });
  const rising = [at(1, 0.5), at(2, 0.6), at(4, 0.7)];
  const { perDoubling, met } = outlookOf(rising, { name: "top-1", least: 0.8 })!;
  assert.ok(Math.abs(perDoubling - 0.1) < 1e-9);
  assert.deepEqual([Math.round(met!.samples), Math.round(100 * met!.furtherHours)], [8000, 400]);
  const levelling = [at(0.25, 0.1), at(0.5, 0.4), ...rising];
  assert.deepEqual(
    outlookOf(levelling, { name: "top-1", least: 0.8 }),
    outlookOf(rising, { name: "top-1", least: 0.8 }),
    "a quick rise at first tells nothing of what comes",
  );
  const falling = outlookOf([at(1, 0.7), at(2, 0.6), at(4, 0.65)], { name: "top-1", least: 0.8 })!;
  assert.ok(falling.perDoubling < 0 && falling.met === undefined);
  assert.equal(outlookOf(rising.slice(1), { name: "top-1", least: 0.8 }), undefined);
  assert.equal(outlookOf(rising, { name: "another", least: 0.8 }), undefined);
  assert.equal(
    outlookOf([...rising, at(8, 0.75)], { name: "top-1", least: 0.755 }),
    undefined,
    "the line is above it",
  );
});
