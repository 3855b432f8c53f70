import assert from "node:assert/strict";
import { FIGURES } from "../figures/mod.ts";
import { itemOf, loadFigures } from "../figures/figure.ts";
import { TASKS } from "../../lib/tasks/mod.ts";
import type { Curve } from "../figures/fig7/curves.ts";
import {
  type Cell,
  type Check,
  claimsOf,
  type ClaimVerdict,
  explain as explainAll,
  type Explanation,
  type Finding,
  type Findings,
  type JudgedClaim,
  reportHtml,
  reportMarkdown,
  TABLE1_COLUMNS,
  type TrainingRun,
  type Verdict,
  weightedInterval,
} from "../../lib/report/mod.ts";
import { EXPLANATIONS } from "./explanations.ts";
import { UNKNOWN_PROVENANCE } from "../../lib/report/unknown_provenance.ts";
import type { UsesContent } from "../figures/uses/uses.ts";
import * as cellChecks from "./cell_checks.ts";
import * as trainingChecks from "./training_checks.ts";
import * as useChecks from "./use_checks.ts";

const { minimalDetectable, ...CELL_CHECKS } = cellChecks;
const { scoreAt, ...TRAINING_CHECKS } = trainingChecks;
const CHECKS = { ...CELL_CHECKS, ...TRAINING_CHECKS, ...useChecks };

const ITEMS = (await loadFigures(FIGURES)).map(itemOf);
const PAPER_CLAIMS = claimsOf(ITEMS);

const explain = (
  findings: Findings,
  options: { smaller?: readonly Findings[]; explanations?: readonly Explanation[] } = {},
) => explainAll(findings, { claims: PAPER_CLAIMS, explanations: EXPLANATIONS, ...options });

function verdictOn(id: string, verdict: Verdict, numbers: Partial<ClaimVerdict> = {}): JudgedClaim {
  const found = PAPER_CLAIMS.find((claim) => claim.id === id);
  assert.ok(found, id);
  const { section, statement, quantity, noEffect } = found;
  const about = { id, section, statement, quantity, noEffect, verdict, evidence: "" };
  return { ...about, region: { low: 0, high: null }, paper: null, ours: 0, low: -0.1, high: 0.1, ...numbers };
}

const claim = verdictOn("shared-conditions-need-the-instruction", "not supported");
const finding = (content: unknown, claims: readonly ClaimVerdict[] = [], budget = "quick"): Finding => ({
  scale: "mini",
  budget,
  claims,
  content,
});
const interval = (mean: number, half: number) => ({ mean, low: mean - half, high: mean + half });

Deno.test("EXPLANATIONS speak of statements there are, and say what would be seen if they were right", () => {
  const ids = new Set(["inconclusive", ...PAPER_CLAIMS.map(({ id }) => id)]);
  for (const { of, because, test, check } of EXPLANATIONS) {
    assert.ok(of.length > 0);
    for (const id of of) assert.ok(ids.has(id), id);
    assert.ok(because.length > 20 && test.length > 20);
    assert.ok(Object.values<Check>(CHECKS).includes(check), because);
  }
  assert.deepEqual(new Set(EXPLANATIONS.map(({ check }) => check)), new Set(Object.values(CHECKS)));
});

Deno.test("EXPLANATIONS have one for every statement that may fail", () => {
  const explained = new Set(EXPLANATIONS.filter(({ why }) => why !== "supported").flatMap(({ of }) => of));
  assert.deepEqual(PAPER_CLAIMS.map(({ id }) => id).filter((id) => !explained.has(id)), []);
});

Deno.test("explain() warns of a statement that a deaf model would support too, only while it is supported", () => {
  const checks = (verdict: Verdict) =>
    explain({ fig8: finding(undefined, [verdictOn("rewording-is-subtle", verdict)]) })
      .map(({ explanation }) => explanation.check);
  assert.deepEqual(checks("supported"), [CHECKS.instructionIsIdle]);
  assert.deepEqual(checks("not supported"), [CHECKS.wordingsStray]);
  assert.deepEqual(checks("inconclusive"), [CHECKS.wordingsStray, CHECKS.tooFewItems]);
});

Deno.test("explain() leaves out what is supported or not judged, and says not computed where a result is missing", () => {
  const results = (verdict: Verdict): Findings => ({
    control: finding(undefined, [verdictOn(claim.id, verdict)]),
  });
  assert.deepEqual(explain({}), []);
  assert.deepEqual(explain(results("supported")), []);
  const caveats = explain({ fig9: finding(undefined, [verdictOn("plus-leaks", "supported")]) });
  assert.deepEqual(caveats.map(({ explanation }) => explanation.why), ["supported"]);
  const failed = explain(results("not supported"));
  assert.equal(failed.length, 2);
  for (const { checked } of failed) {
    assert.equal(checked.outcome, "not computed");
    assert.match(checked.evidence, /needs deno task reproduce/);
  }
  const open = explain(results("inconclusive"));
  assert.equal(open.length, failed.length + 1);
  assert.equal(open.at(-1)?.explanation.check, CHECKS.tooFewItems);
});

Deno.test("explain() tests an explanation on results of the same budget alone", () => {
  const idle = { effect: interval(0, 0.001), moved: null };
  const outcome = (budget: string) =>
    explain({
      control: finding(undefined, [verdictOn(claim.id, "not supported")]),
      ablations: finding(idle, [], budget),
    }).find(({ explanation }) => explanation.check === CHECKS.instructionIsIdle)?.checked;
  assert.equal(outcome("quick")?.outcome, "holds");
  assert.equal(outcome("smoke")?.outcome, "not computed");
  assert.match(outcome("smoke")?.evidence ?? "", /reproduce ablations, with the same budget/);
});

Deno.test("explain() tests an explanation on a smaller run where the statement has the same verdict, and says so", () => {
  const idle = { effect: interval(0, 0.001), moved: null };
  const control = (verdict: Verdict, budget: string) =>
    finding(undefined, [verdictOn(claim.id, verdict)], budget);
  const checked = (there: Verdict) => {
    const quick = { control: control(there, "quick"), ablations: finding(idle, [], "quick") };
    return explain({ control: control("not supported", "full"), ablations: quick.ablations }, {
      smaller: [{ control: control("not supported", "full") }, quick],
    }).find(({ explanation }) => explanation.check === CHECKS.instructionIsIdle)?.checked;
  };
  assert.equal(checked("not supported")?.outcome, "holds");
  assert.match(
    checked("not supported")?.evidence ?? "",
    /\(at quick budget, where the statement is not supported too\)$/,
  );
  assert.equal(checked("supported")?.outcome, "not computed");
});

Deno.test("instructionIsIdle() distinguishes no effect from a strong one, and from one that cannot be distinguished", () => {
  const outcome = (mean: number, half: number) =>
    CHECKS.instructionIsIdle(
      { ablations: finding({ effect: interval(mean, half), moved: interval(2, 1) }) },
      claim,
    ).outcome;
  assert.equal(outcome(0.001, 0.01), "holds");
  assert.equal(outcome(0.3, 0.1), "does not hold");
  assert.equal(outcome(0.05, 0.02), "does not hold");
  assert.equal(outcome(0.03, 0.1), "undecided");
});

/** Each seed's scores lie higher than those of the one before. */
const curve = (row: Curve["row"], place: number, score: (step: number) => number, count: number): Curve => {
  const { task, metric } = TABLE1_COLUMNS[place]!;
  const steps = [100, 200, 300, 400, 500];
  const mean = steps.map(score);
  const seeds = Array.from({ length: count }, (_, i) => ({
    seed: i + 1,
    scores: mean.map((value) => value + i / 1000),
  }));
  return { row, task, metric, steps, mean, low: mean, high: mean, seeds, n: 8, reached: null };
};
/** Curves of both models on all scores. */
const curves = (single: (step: number) => number, joint: (step: number) => number, seeds = 3) => ({
  fig7: finding({
    curves: TABLE1_COLUMNS.flatMap((_, i) => [
      curve("single-task", i, (step) => single(step) + i / 100, seeds),
      curve("instruct", i, (step) => joint(step) + i / 100, seeds),
    ]),
  }),
});

Deno.test("scoresStillRise() distinguishes curves that rise to the end from those that have arrived", () => {
  const outcome = (joint: (step: number) => number) =>
    CHECKS.scoresStillRise(curves(joint, joint), claim).outcome;
  assert.equal(outcome((step) => step / 1000), "holds");
  assert.equal(outcome((step) => 0.5 - step / 5000), "does not hold");
  assert.equal(outcome(() => 0.5), "undecided");
  assert.equal(scoreAt({ steps: [10, 20], mean: [1, 3] }, 15), 2);
  assert.equal(scoreAt({ steps: [10, 20], mean: [1, 3] }, 20), 3);
  assert.equal(scoreAt({ steps: [10, 20], mean: [1, 3] }, 5), undefined);
  assert.equal(scoreAt({ steps: [10, 20], mean: [1, 3] }, 25), undefined);
});

Deno.test("scoresStillRise() is undecided with one seed", () => {
  const rising = (step: number) => step / 1000;
  const checked = (seeds: number) => CHECKS.scoresStillRise(curves(rising, rising, seeds), claim);
  assert.equal(checked(1).outcome, "undecided");
  assert.match(checked(1).evidence, /with no interval, over 1 seed$/);
});

Deno.test("behindByItsShare() holds when the joint model ends where its specialists were at a fifth of the steps", () => {
  const rising = (step: number) => 0.3 + step / 1000;
  const outcome = (joint: (step: number) => number) =>
    CHECKS.behindByItsShare(curves(rising, joint), claim).outcome;
  assert.equal(outcome((step) => rising(step / 5)), "holds");
  assert.equal(outcome(rising), "does not hold");
});

const cells = (joint: number, start: number, half: number) => ({
  table1: {
    ...finding(undefined),
    cells: TABLE1_COLUMNS.flatMap(({ task, metric }) =>
      [["single-task", joint], ["instruct", joint], ["fixed", joint], ["ip-adapter-plus", start]].map((
        [row, mean],
      ): Cell => ({
        row: row as string,
        task,
        metric,
        ...interval(mean as number, half),
        n: 8,
        paper: null,
      }))
    ),
  },
});

Deno.test("nearTheStart() and cellsAreUncertain() read Table 1's intervals", () => {
  assert.equal(CHECKS.nearTheStart(cells(0.5, 0.51, 0.05), claim).outcome, "holds");
  assert.equal(CHECKS.nearTheStart(cells(0.5, 0.7, 0.05), claim).outcome, "does not hold");
  assert.equal(CHECKS.cellsAreUncertain(cells(0.5, 0.5, 0.1), claim).outcome, "holds");
  assert.equal(CHECKS.cellsAreUncertain(cells(0.5, 0.5, 0.001), claim).outcome, "does not hold");
  assert.equal(
    CHECKS.nearTheStart({ table1: { ...finding(undefined), cells: [] } }, claim).outcome,
    "not computed",
  );
});

Deno.test("specialistCopiesMore() and promptIsWeak() read Fig. 9", () => {
  const uses = (single: number, joint: number, prompt: number) => ({
    fig9: finding({
      leaks: [["single-task", single], ["instruct", joint]].map(([row, mean]) => ({
        row,
        task: "style",
        ...interval(mean as number, 0.02),
      })),
      cells: ["style", "object", "composition", "face"].flatMap((task) =>
        [["text-only", prompt], ["ground-truth", 0.4]].map(([row, mean]) => ({
          row,
          task,
          metric: "CLIP-P",
          mean,
        }))
      ),
    }),
  });
  assert.equal(CHECKS.specialistCopiesMore(uses(0.2, 0.1, 0.4), claim).outcome, "holds");
  assert.equal(CHECKS.specialistCopiesMore(uses(0.1, 0.2, 0.4), claim).outcome, "does not hold");
  assert.equal(CHECKS.specialistCopiesMore(uses(0.1, 0.1, 0.4), claim).outcome, "undecided");
  assert.equal(CHECKS.promptIsWeak(uses(0, 0, 0.3), claim).outcome, "holds");
  assert.equal(CHECKS.promptIsWeak(uses(0, 0, 0.39), claim).outcome, "does not hold");
});

Deno.test("tradeIsFlat() and oneTaskIsUnclear() read the scales and the instructions", () => {
  const trade = (half: number) => ({
    scale: finding({
      scales: [0, 0.4, 0.8, 1, 1.2],
      trade: [0, 0.5, 0.6, 0.55, 0.2].map((mean) => interval(mean, half)),
    }),
  });
  assert.equal(CHECKS.tradeIsFlat(trade(0.2), claim).outcome, "holds");
  assert.equal(CHECKS.tradeIsFlat(trade(0.01), claim).outcome, "does not hold");
  const space = (right: Readonly<Record<string, number>>) => ({
    fig4: finding({
      corpora: [{
        corpus: "filtered",
        taskCentroid: Object.fromEntries(Object.entries(right).map(([task, mean]) => [task, { mean }])),
      }],
    }),
  });
  assert.equal(CHECKS.oneTaskIsUnclear(space({ style: 0.8, face: 0.99 }), claim).outcome, "holds");
  assert.equal(
    CHECKS.oneTaskIsUnclear(space({ style: 0.9, face: 0.9, object: 0.9 }), claim).outcome,
    "does not hold",
  );
  const unclear = (right: Readonly<Record<string, number>>) =>
    CHECKS.replicationIsUnclear(space(right), claim).outcome;
  assert.equal(unclear({ replication: 0.8, face: 0.99 }), "holds");
  assert.equal(unclear({ replication: 0.99, face: 0.8 }), "does not hold");
});

Deno.test("weightedInterval() takes for each end the halves on its side", () => {
  const skewed = { mean: 1, low: 0.7, high: 2 }, other = { mean: 0.5, low: 0.1, high: 0.6 };
  const found = weightedInterval([[1, skewed], [-1, other]]);
  assert.equal(found?.mean, 0.5);
  assert.ok(Math.abs(found.low! - (0.5 - Math.hypot(0.3, 0.1))) < 1e-12);
  assert.ok(Math.abs(found.high! - (0.5 + Math.hypot(1, 0.4))) < 1e-12);
  assert.equal(weightedInterval([[1, skewed], [-1, { ...other, high: null }]])?.low, null);
  assert.equal(weightedInterval([[1, skewed], [-1, undefined]]), undefined);
});

Deno.test("specialistCopiesMore() takes the specialist's lower and the joint model's upper half", () => {
  const uses = finding({
    leaks: [
      { row: "single-task", task: "style", mean: 0.2, low: 0.15, high: 0.5 },
      { row: "instruct", task: "style", mean: 0.1, low: -0.2, high: 0.15 },
    ],
  });
  assert.equal(CHECKS.specialistCopiesMore({ fig9: uses }, claim).outcome, "holds");
});

/** Fig. 9's content by row: CLIP-I of replication, what is taken and what leaks on every other task. */
const usesOf = (rows: Readonly<Record<string, readonly [copy: number, taken: number, leak: number]>>) => ({
  fig9: finding({
    taken: { style: "kept", object: "kept", composition: "kept", face: "kept" },
    cells: Object.entries(rows).flatMap(([row, [copy, taken]]) => [
      { row, task: "replication", metric: "CLIP-I", ...interval(copy, 0.02) },
      ...["style", "object", "composition", "face"].map((task) => ({
        row,
        task,
        metric: "kept",
        ...interval(taken, 0.02),
      })),
    ]),
    leaks: Object.entries(rows).flatMap(([row, [, , leak]]) =>
      ["style", "object", "composition", "face"].map((task) => ({ row, task, ...interval(leak, 0.02) }))
    ),
  }),
});

Deno.test("checks on Fig. 9 tell a deaf adapter and a weak start from their opposites", () => {
  const outcome = (
    check: "startReproducesLittle" | "jointTakesLittle" | "promptAloneLeaksLess",
    plus: readonly [number, number, number],
    joint: readonly [number, number, number],
  ) =>
    CHECKS[check](
      usesOf({
        "text-only": [0.2, 0.1, 0],
        "ip-adapter-plus": plus,
        "single-task": [0.8, 0.5, 0.05],
        "instruct": joint,
        "committed": joint,
        "ground-truth": [1, 1, 0],
      }),
      claim,
    ).outcome;
  assert.equal(outcome("startReproducesLittle", [0.3, 0, 0], [0, 0, 0]), "holds");
  assert.equal(outcome("startReproducesLittle", [0.8, 0, 0], [0, 0, 0]), "does not hold");
  assert.equal(outcome("startReproducesLittle", [0.6, 0, 0], [0, 0, 0]), "undecided");
  assert.equal(outcome("jointTakesLittle", [0, 0, 0], [0, 0.15, 0]), "holds");
  assert.equal(outcome("jointTakesLittle", [0, 0, 0], [0, 0.5, 0]), "does not hold");
  assert.equal(outcome("promptAloneLeaksLess", [0, 0, 0], [0, 0, 0.1]), "holds");
  assert.equal(outcome("promptAloneLeaksLess", [0, 0, 0], [0, 0, -0.1]), "does not hold");
  assert.equal(outcome("promptAloneLeaksLess", [0, 0, 0], [0, 0, 0.001]), "undecided");
});

Deno.test("committedBringsPart() and personsComeThroughLittle() read what is taken under the instruction that asks for it", () => {
  const outcome = (
    check: "committedBringsPart" | "personsComeThroughLittle",
    { mean, half = 0.04, row = "committed", task, aspect }: {
      mean: number;
      half?: number;
      row?: string;
      task: string;
      aspect: string;
    },
  ) =>
    CHECKS[check](
      {
        control: finding({ entries: [{ row, task, aspect, scorer: "oracle", ...interval(mean, half) }] }),
      },
      claim,
    ).outcome;
  const all = { task: "replication", aspect: "everything" };
  assert.equal(outcome("committedBringsPart", { ...all, mean: 0.57 }), "holds");
  assert.equal(outcome("committedBringsPart", { ...all, mean: 0.9 }), "does not hold");
  assert.equal(outcome("committedBringsPart", { ...all, mean: 0.73 }), "undecided");
  assert.equal(outcome("committedBringsPart", { ...all, mean: 0.57, row: "instruct" }), "not computed");
  const person = { task: "face", aspect: "person" };
  assert.equal(outcome("personsComeThroughLittle", { ...person, mean: 0.3 }), "holds");
  assert.equal(outcome("personsComeThroughLittle", { ...person, mean: 0.7 }), "does not hold");
  assert.equal(outcome("personsComeThroughLittle", { ...person, mean: 0.45, half: 0.3 }), "undecided");
});

Deno.test("jointHeedsLittle() reads the control of Table 1's joint model", () => {
  const outcome = (mean: number, half: number) =>
    CHECKS.jointHeedsLittle(
      {
        control: finding({
          control: [
            { row: "committed", scorer: "oracle", ...interval(0.4, 0.01) },
            { row: "instruct", scorer: "oracle", ...interval(mean, half) },
          ],
        }),
      },
      claim,
    ).outcome;
  assert.equal(outcome(0.01, 0.05), "holds");
  assert.equal(outcome(0.2, 0.05), "does not hold");
  assert.equal(outcome(0.1, 0.05), "undecided");
});

Deno.test("jointTakesLittle() reads all partial tasks of Table 1's joint model, committedTakesLittleComposition() the composition of the committed one", () => {
  const uses = usesOf({
    "text-only": [0, 0.1, 0],
    "single-task": [0, 0.5, 0],
    "instruct": [0, 0.5, 0],
    "committed": [0, 0.5, 0],
  });
  const { cells, ...rest } = uses.fig9.content as UsesContent;
  const weak = cells.map((cell) =>
    cell.task === "composition" && cell.row === "committed" ? { ...cell, ...interval(0.1, 0.02) } : cell
  );
  const outcome = (check: "jointTakesLittle" | "committedTakesLittleComposition") =>
    CHECKS[check]({ fig9: finding({ ...rest, cells: weak }) }, claim).outcome;
  assert.equal(outcome("committedTakesLittleComposition"), "holds");
  assert.equal(outcome("jointTakesLittle"), "does not hold");
});

Deno.test("checks on Fig. 10 tell a weak ControlNet, a mutual loss and a LoRA that changes the look alone", () => {
  type Scores = readonly [follows: number, style: number, face: number];
  const outcome = (
    check: "controlIsWeak" | "bothGiveWay" | "loraSparesTheRest",
    [control, adapter, together, lora]: readonly [Scores, Scores, Scores, Scores],
  ) =>
    CHECKS[check]({
      fig10: finding({
        taken: { style: "kept", face: "attributes" },
        cells: [["control-alone", control], ["adapter-alone", adapter], ["both", together], [
          "both-lora",
          lora,
        ]]
          .flatMap(([row, scores]) => {
            const [follows, style, face] = scores as Scores;
            return [
              { row, task: "style", metric: "control F1", ...interval(follows, 0.01) },
              { row, task: "face", metric: "control F1", ...interval(follows, 0.01) },
              { row, task: "style", metric: "kept", ...interval(style, 0.01) },
              { row, task: "face", metric: "attributes", ...interval(face, 0.01) },
            ];
          }),
      }),
    }, claim).outcome;
  const alone: Scores = [0.9, 0.1, 0.1], adapter: Scores = [0.2, 0.6, 0.6];
  assert.equal(outcome("controlIsWeak", [[0.4, 0, 0], adapter, alone, alone]), "holds");
  assert.equal(outcome("controlIsWeak", [alone, adapter, alone, alone]), "does not hold");
  assert.equal(outcome("bothGiveWay", [alone, adapter, [0.7, 0.4, 0.4], alone]), "holds");
  assert.equal(outcome("bothGiveWay", [alone, adapter, [0.95, 0.4, 0.4], alone]), "does not hold");
  assert.equal(outcome("loraSparesTheRest", [alone, adapter, [0.8, 0.6, 0.6], [0.8, 0.1, 0.6]]), "holds");
  assert.equal(
    outcome("loraSparesTheRest", [alone, adapter, [0.8, 0.6, 0.6], [0.6, 0.6, 0.4]]),
    "does not hold",
  );
});

Deno.test("wordingsStray(), plainWordsMix() and wellWithoutRule() read Fig. 4's corpora", () => {
  const space = (mean: number) => ({
    fig4: finding({
      corpora: ["filtered", "keyworded", "unfiltered"].map((corpus) => ({
        corpus,
        centroid: interval(mean, 0.01),
        purity: interval(mean, 0.01),
      })),
    }),
  });
  assert.equal(CHECKS.wordingsStray(space(0.8), claim).outcome, "holds");
  assert.equal(CHECKS.wordingsStray(space(0.98), claim).outcome, "does not hold");
  assert.equal(CHECKS.wellWithoutRule(space(0.98), claim).outcome, "holds");
  assert.equal(CHECKS.wellWithoutRule(space(0.8), claim).outcome, "does not hold");
  assert.equal(CHECKS.plainWordsMix(space(0.98), claim).outcome, "holds");
  assert.equal(CHECKS.plainWordsMix(space(0.8), claim).outcome, "does not hold");
});

Deno.test("startScoresHigher() and promptIsLearntElsewhere() read Table 1's columns", () => {
  const start = verdictOn("single-ahead-composition-clip-i", "not supported");
  assert.equal(CHECKS.startScoresHigher(cells(0.5, 0.7, 0.02), start).outcome, "holds");
  assert.equal(CHECKS.startScoresHigher(cells(0.5, 0.3, 0.02), start).outcome, "does not hold");
  assert.equal(CHECKS.startScoresHigher(cells(0.5, 0.7, 0.02), claim).outcome, "not computed");
  const ahead = (by: number) => {
    const { table1 } = cells(0.5, 0.5, 0.02);
    const moved = table1.cells.map((cell) => ({
      ...cell,
      ...(cell.row === "instruct" ? interval(0.5 + by, 0.02) : {}),
    }));
    return CHECKS.promptIsLearntElsewhere({ table1: { ...table1, cells: moved } }, claim).outcome;
  };
  assert.equal(ahead(0.1), "holds");
  assert.equal(ahead(-0.1), "does not hold");
  assert.equal(ahead(0), "undecided");
});

Deno.test("namesDecide() and numberLacksNames() ask what is left without the object task", () => {
  const table = (object: number, rest: number) => {
    const { table1 } = cells(0.5, 0.5, 0.02);
    const moved = table1.cells.map((cell) => ({
      ...cell,
      ...(cell.row === "instruct" ? { mean: 0.5 + (cell.task === "object" ? object : rest) } : {}),
    }));
    return CHECKS.namesDecide({ table1: { ...table1, cells: moved } }, claim).outcome;
  };
  assert.equal(table(0.1, -0.01), "holds");
  assert.equal(table(-0.1, 0.01), "holds");
  assert.equal(table(0.1, 0.01), "does not hold");
  const number = (rest: number) =>
    CHECKS.numberLacksNames({
      ablations: finding({
        differences: ["replication", "style", "object", "composition", "face"].map((task) => ({
          row: "one-hot",
          task,
          ...interval(task === "object" ? -0.5 : rest, 0.01),
        })),
      }),
    }, claim).outcome;
  assert.equal(number(0), "holds");
  assert.equal(number(-0.1), "does not hold");
});

Deno.test("timingVaries() compares the range over seeds with the mean", () => {
  const claim = verdictOn("one-training-for-all", "not supported", {});
  const outcome = (...shares: readonly number[]) => {
    const training = shares.flatMap((share, seed) =>
      [null, ...TASKS].map((task): TrainingRun => ({
        row: task === null ? "instruct" : "single-task",
        task,
        seed,
        steps: 100,
        seconds: task === null ? 50 * share : 10,
        finalLoss: 0.1,
      }))
    );
    return CHECKS.timingVaries({ table1: { ...finding(undefined), training } }, claim).outcome;
  };
  assert.equal(outcome(0.55, 0.65), "holds");
  assert.equal(outcome(0.59, 0.61), "does not hold");
  assert.equal(outcome(0.6), "not computed");
});

Deno.test("tooFewItems() compares the least difference found with 80 % power with an effect in the statement's unit", () => {
  // SE 0.1: 2.802 standard errors.
  assert.ok(Math.abs(minimalDetectable({ low: -0.196, high: 0.196 }) - 0.2802) < 1e-4);
  const checked = (half: number, about: Partial<ClaimVerdict>, id = "joint-slightly-better") =>
    CHECKS.tooFewItems({}, verdictOn(id, "inconclusive", { ...interval(0, half), ...about }));
  assert.equal(checked(0.1, { paper: 0.01 }).outcome, "holds");
  assert.equal(checked(0.001, { paper: 0.01 }).outcome, "does not hold");
  // The paper prints no number: a margin, in levels, in λ, of shares; a border at no difference says no effect.
  assert.equal(checked(0.02, { region: { low: -0.05, high: null } }).outcome, "does not hold"); // 0.029
  assert.equal(checked(0.1, { region: { low: -0.05, high: null } }).outcome, "holds");
  assert.equal(checked(0.1, { region: { low: 1, high: null } }).outcome, "does not hold");
  assert.match(
    checked(0.1, { region: { low: 0.6, high: 0.8 } }).evidence,
    /the statement's margin is 0\.100/,
  );
  assert.match(
    checked(0.1, { region: { low: 0.95, high: null } }, "tasks-identifiable").evidence,
    /the statement's margin is 0\.050/,
  );
  assert.equal(checked(0.1, {}).outcome, "not computed");
  // An effect a tenth of what can be found asks for a hundred times the items.
  assert.match(checked(0.1, { paper: 0.0143 }).evidence, /about 100 times the items/);
});

Deno.test("reportMarkdown() and reportHtml() print an explanation with its outcome, and never for a statement that is supported", () => {
  const entry = (verdict: Verdict, id = claim.id) => ({
    id: PAPER_CLAIMS.find((each) => each.id === id)!.experiment,
    scale: "mini",
    budget: "smoke",
    tasks: ["style"],
    seeds: [1],
    provenance: UNKNOWN_PROVENANCE,
    claims: [verdictOn(id, verdict)],
    graphics: [],
    tables: [],
    still: () => "",
  });
  const options = { items: ITEMS, explanations: EXPLANATIONS };
  const [explanation] = EXPLANATIONS.filter(({ of }) => of.includes(claim.id)) as [Explanation];
  const failed = reportMarkdown([entry("not supported")], options);
  const row = failed.split("\n").find((line) => line.includes(explanation.because));
  assert.match(row ?? "", /not computed \|$/);
  assert.match(reportHtml([entry("not supported")], options), /id="explanations"/);
  const held = reportMarkdown([entry("supported")], options);
  assert.ok(!held.includes(explanation.because));
  const carried = reportMarkdown([entry("supported", "plus-carries-over")], options);
  assert.ok(!carried.includes("Explanations, tested"));
});
