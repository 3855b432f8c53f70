import assert from "node:assert/strict";
import { key, normal } from "../../../lib/engine/random.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";
import {
  cellsOf,
  claimsText,
  judge,
  judgeAll,
  latexText,
  LITTLE_DIFFERENCE,
  ON_PAR_MARGIN,
  PAPER_COLUMNS,
  PAPER_TABLE1,
  paperValue,
  resampleCells,
  RESULT_SCHEMA,
  type SampleRow,
  TABLE1_COLUMNS,
  table1Cells,
  table1Csv,
  table1Figure,
  table1Latex,
  table1Markdown,
  type Table1Result,
  table1Table,
  table1Text,
  type TrainingRun,
  verdictOf as verdictOfIntervals,
} from "../../../lib/report/mod.ts";
import { TABLE1_STATEMENTS } from "./statements.ts";
import { TRAINING_COST } from "./training_cost.ts";
import { UNKNOWN_PROVENANCE } from "../../../lib/report/unknown_provenance.ts";

/** Samples whose means are the printed numbers, up to noise: some that rows share, and `noise` of their own. */
function printedSamples(
  items: number,
  noise: number,
  shift: Partial<Record<string, number>> = {},
): SampleRow[] {
  return (["single-task", "instruct", "fixed"] as const).flatMap((row) =>
    TASKS.flatMap((task) =>
      Array.from({ length: items }, (_, index): SampleRow => {
        const scores: Record<string, number> = {};
        for (const { metric } of TABLE1_COLUMNS.filter((column) => column.task === task)) {
          const [shared = 0, own = 0] = [
            normal(key(`${task}${metric}${index}`), 1)[0],
            normal(key(`${row}${task}${metric}${index}`), 1)[0],
          ];
          scores[metric] = ((paperValue(row, task, metric) as number) + 0.02 * shared + noise * own) *
            (1 + (shift[row] ?? 0));
        }
        return {
          row,
          task,
          index,
          seed: 1,
          instruction: 'use the style, "please"',
          prompt: "a car | a road",
          scores,
        };
      })
    )
  );
}

/** The trainings of a seed, all of 10 seconds but the joint one. */
const trainingOf = (seed: number, joint = 10): TrainingRun[] =>
  [null, ...TASKS].map((task) => ({
    row: task === null ? "instruct" : "single-task",
    task,
    seed,
    steps: 100,
    seconds: task === null ? joint : 10,
    finalLoss: 0.1,
  }));
const training = [...trainingOf(1), ...trainingOf(2)];

function resultOf(samples: readonly SampleRow[]): Table1Result {
  const resampled = resampleCells(samples, { key: key(1), resamples: 200 });
  return {
    schema: RESULT_SCHEMA,
    experiment: "table1",
    scale: "mini",
    budget: "smoke",
    scaleNote: "64×64 images",
    budgetNote: "10 steps",
    tasks: TASKS,
    seeds: [1],
    provenance: UNKNOWN_PROVENANCE,
    metrics: { "CLIP-I": { definition: "cosine", by: "the judge", higherIsBetter: true } },
    cells: table1Cells(resampled),
    claims: judgeAll(TABLE1_STATEMENTS, { resampled, training }),
    training,
  };
}

const verdictOf = (result: Table1Result, id: string) =>
  result.claims.find((claim) => claim.id === id)?.verdict;

Deno.test("PAPER_TABLE1 gives ten numbers per row in the order of the columns", () => {
  for (const numbers of Object.values(PAPER_TABLE1)) assert.equal(numbers.length, PAPER_COLUMNS.length);
  assert.deepEqual(TABLE1_COLUMNS.slice(0, PAPER_COLUMNS.length), [...PAPER_COLUMNS]);
  assert.equal(paperValue("instruct", "style", "CLIP-S"), 1.1171);
  assert.equal(paperValue("ground-truth", "style", "CLIP-S"), null);
  assert.equal(paperValue("toString", "style", "CLIP-S"), null);
});

Deno.test("ON_PAR_MARGIN and LITTLE_DIFFERENCE are read from the printed numbers", () => {
  const [loss, difference] = [(0.7337 - 0.7082) / 0.7337, (0.8040 - 0.7670) / 0.7670];
  assert.ok(loss < ON_PAR_MARGIN && ON_PAR_MARGIN === 0.035);
  assert.ok(difference < LITTLE_DIFFERENCE && LITTLE_DIFFERENCE === 0.05);
});

Deno.test("cellsOf() gives each cell the mean of its samples when they are noisy", () => {
  const samples = printedSamples(7, 0.1);
  const cells = cellsOf(resampleCells(samples, { key: key(1), resamples: 50 }));
  assert.equal(cells.length, 30);
  assert.deepEqual(cells.slice(0, 10).map(({ task, metric }) => ({ task, metric })), [...TABLE1_COLUMNS]);
  for (const { row, task, metric, mean, low, high, n } of cells) {
    const scores = samples.filter((sample) => sample.row === row && sample.task === task).map(({ scores }) =>
      scores[metric] as number
    );
    assert.equal(n, scores.length);
    assert.ok(Math.abs(mean - scores.reduce((sum, score) => sum + score, 0) / n) < 1e-12);
    assert.ok((low as number) <= mean && mean <= (high as number));
  }
  assert.throws(() => resampleCells([...samples, samples[0] as SampleRow], { key: key(1) }), /twice/);
});

Deno.test("table1Markdown(), table1Text(), table1Table() and table1Figure() tell the committed adapter apart by its steps where it was scored, and no verdict rests on it", () => {
  const samples = printedSamples(6, 0.01);
  const without = resultOf(samples);
  const own = samples.filter(({ row }) => row === "instruct").map((sample) => ({
    ...sample,
    row: "committed",
    scores: Object.fromEntries(Object.keys(sample.scores).map((name) => [name, 0.123])),
  }));
  const withIt = { ...resultOf([...samples, ...own]), committed: { steps: 12_000, batch: 32 } };
  assert.deepEqual(withIt.claims, without.claims);
  const label = "IPAdapter-Instruct, committed (12,000 steps)";
  const said = /100 steps each.*cannot show what an instruction does after long training.*batches of 32/s;
  const bars = (result: Table1Result) =>
    table1Figure(result).data.filter(({ type }) => type === "bar").map(({ name }) => name);
  for (const [result, there] of [[withIt, true], [without, false]] as const) {
    const texts = [table1Markdown(result), table1Text(result), table1Latex(result)];
    for (const text of texts) {
      assert.equal(text.includes(label), there);
      assert.equal(said.test(text.replaceAll("\n", " ")), there);
      assert.equal(text.includes("0.123"), there);
    }
    assert.equal(texts[0]!.includes(`last ${there ? "three" : "two"} rows are not in the paper`), true);
    assert.equal(table1Table(result).columns.includes(label), there);
    assert.equal(bars(result).length, there ? 4 : 3);
  }
});

Deno.test("TABLE1_STATEMENTS are supported the paper's statements when the samples average to its printed numbers without noise", () => {
  const result = resultOf(printedSamples(50, 1e-7));
  for (const { id, verdict, paper, ours } of result.claims) {
    assert.equal(verdict, "supported", id);
    assert.ok(Math.abs((paper as number) - (ours as number)) < 0.01, id);
  }
  assert.equal(result.claims.length, TABLE1_STATEMENTS.length);
});

Deno.test("TABLE1_STATEMENTS is inconclusive when few noisy items are measured", () => {
  const result = resultOf(printedSamples(4, 0.5));
  for (const { id, verdict } of result.claims) {
    if (id !== "one-training-for-all") assert.equal(verdict, "inconclusive", id);
  }
});

Deno.test("TABLE1_STATEMENTS does not support parity when the joint model is far behind", () => {
  const result = resultOf(printedSamples(50, 0.001, { instruct: -0.2 }));
  for (
    const id of [
      "joint-on-par",
      "joint-on-par-style",
      "random-beats-fixed",
      "very-little-difference",
      "joint-ahead-style-clip-s",
    ]
  ) {
    assert.equal(verdictOf(result, id), "not supported", id);
  }
  assert.equal(verdictOf(result, "single-ahead-face-clip-p"), "supported");
});

Deno.test("judgeAll() says what is missing when a column was not run", () => {
  const samples = printedSamples(5, 0.01).filter(({ task }) => task === "style");
  const resampled = resampleCells(samples, { key: key(1), resamples: 20 });
  for (const { id, verdict, evidence, ours } of judgeAll(TABLE1_STATEMENTS, { resampled, training: [] })) {
    if (id.includes("style")) continue;
    assert.equal(verdict, "inconclusive");
    assert.equal(ours, null);
    assert.match(evidence, /^not measured: /);
  }
});

Deno.test("TRAINING_COST needs all trainings of two seeds that agree", () => {
  const judged = (...runs: TrainingRun[][]) => {
    const { ours, low, verdict } = judge(TRAINING_COST, { training: runs.flat() });
    return [ours, low, verdict];
  };
  assert.deepEqual(judged(trainingOf(1).slice(0, 3)), [null, null, "inconclusive"]);
  assert.deepEqual(judged(trainingOf(1)), [0.2, null, "inconclusive"]);
  assert.deepEqual(judged(trainingOf(1), trainingOf(2)), [0.2, 0.2, "supported"]);
  assert.equal(judged(trainingOf(1, 10), trainingOf(2, 20))[2], "inconclusive");
  assert.equal(judged(trainingOf(1, 40), trainingOf(2, 40))[2], "not supported");
});

Deno.test("verdictOf() does not take no difference for more than none", () => {
  assert.equal(verdictOfIntervals([{ low: 0, high: 0 }], { low: 0, high: Infinity }), "not supported");
  assert.equal(verdictOfIntervals([{ low: 0, high: 1 }], { low: 0, high: Infinity }), "inconclusive");
  assert.equal(verdictOfIntervals([{ low: 1e-9, high: 1 }], { low: 0, high: Infinity }), "supported");
});

Deno.test("table1Markdown(), table1Latex(), table1Csv() and table1Text() show paper, ours and interval under scale and budget", () => {
  const result = resultOf([
    ...printedSamples(6, 0.01),
    {
      row: "ground-truth",
      task: "style",
      index: 0,
      seed: 1,
      instruction: "",
      prompt: "",
      scores: { "CLIP-S": 1.5, "style class": 1 },
    },
  ]);
  const markdown = table1Markdown(result);
  assert.match(markdown, /^# Table 1 at mini scale, smoke budget\n/);
  assert.match(markdown, /\*0\.9152\*<br>\*\*0\.9\d\d\*\*<br>\[0\.\d{3}, 0\.\d{3}\]/);
  assert.match(markdown, /style class/);
  assert.match(markdown, /not run/);
  const latex = table1Latex(result);
  assert.match(latex, /95 \\%/);
  for (
    const line of latex.split("\n").filter((line) => line.startsWith("Single") || line.startsWith("\\quad"))
  ) {
    assert.equal(line.match(/(?<!\\)&/g)?.length, 10);
  }
  assert.equal(table1Csv(result).trim().split("\r\n").length, 1 + result.cells.length);
  for (const width of [80, 100, 200]) {
    for (const line of (table1Text(result, { width }) + claimsText(result, { width })).split("\n")) {
      assert.ok(line.length <= width, line);
    }
  }
  assert.equal(latexText("a_b{c} 5 % × \\"), "a\\_b\\{c\\} 5 \\% $\\times$ \\textbackslash{}");
});
