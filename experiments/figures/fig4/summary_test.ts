import assert from "node:assert/strict";
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { CorpusMeasures } from "./measure_instructions.ts";
import { resampleMeans } from "./summary.ts";

/** Eight templates a task, of which every second scores 1, each in as many wordings. */
function corpora(wordings: number): CorpusMeasures[] {
  const templates = TASKS.map(() => Array.from({ length: 8 * wordings }, (_, i) => i % 8));
  const values = templates.map((numbers) => numbers.map((number) => number % 2));
  const zeros = values.map((each) => each.map(() => 0));
  const both = { purity: templates, hits: templates };
  return [
    { corpus: "filtered", purity: values, hits: values, templates: both, foreign: 0 },
    { corpus: "unfiltered", purity: values, hits: zeros, templates: both, foreign: 0 },
  ];
}

Deno.test("resampleMeans() is as uncertain with many wordings of a template, or many seeds, as with one of each", () => {
  const one = resampleMeans([{ corpora: corpora(1) }]);
  const width = (resampled: typeof one, cell: Parameters<typeof one.mean>[0]) => {
    const { mean, low, high } = resampled.mean(cell);
    assert.equal(mean, 0.5);
    return (high as number) - (low as number);
  };
  for (
    const many of [
      resampleMeans([{ corpora: corpora(30) }]),
      resampleMeans(Array(3).fill({ corpora: corpora(1) })),
    ]
  ) {
    for (
      const cell of ([{ corpus: "filtered", score: "purity", group: "style" }, {
        corpus: "filtered",
        score: "hits",
        group: "all",
      }] as const)
    ) {
      assert.ok(width(one, cell) > 0.2);
      assert.ok(Math.abs(width(many, cell) - width(one, cell)) < 1e-9, cell.score);
    }
  }
  // The same template is picked for both corpora: where it scores the same in both, their difference is certain.
  assert.deepEqual(
    one.difference({ corpus: "filtered", score: "purity", group: "all" }, {
      corpus: "unfiltered",
      score: "purity",
      group: "all",
    }),
    {
      mean: 0,
      low: 0,
      high: 0,
    },
  );
});
