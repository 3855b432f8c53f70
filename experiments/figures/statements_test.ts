import assert from "node:assert/strict";
import {
  claimsOf,
  claimStates,
  type ClaimVerdict,
  type ControlPlace,
  isAsked,
  judge,
  judgeAll,
  measured,
  resampleCells,
  type SampleRow,
  TABLE1_COLUMNS,
} from "../../lib/report/mod.ts";
import { itemOf, loadFigures } from "./figure.ts";
import { FIGURES } from "./mod.ts";
import { key, normal } from "../../lib/engine/random.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import { ABLATION_STATEMENTS, ablationsContent, STYLE_ROWS } from "./ablations/statements.ts";
import { controlModel, resampleModels } from "../../lib/report/testdata/control_samples.ts";
import { PAPER_SOURCED } from "./ablations/record.ts";
import { COMMITTED_FREE } from "./control/record.ts";
import { CONTROL_STATEMENTS } from "./control/statements.ts";
import { COMBINATION_STATEMENTS, COMBINATIONS } from "./fig10/statements.ts";
import { CONTROL_SCORE, LORA_SCORE } from "../setting/score_names.ts";
import type { Curve } from "./fig7/curves.ts";
import { REWORDING_STATEMENTS, rewordingContent } from "./fig8/statements.ts";
import { SCALE_STATEMENTS, scaleContent } from "./scale/statements.ts";
import { scaleRow } from "./scale/record.ts";
import { JOINT } from "./table1/rows.ts";
import { mainModelOf } from "./uses/use_evidence.ts";
import { COMMITTED } from "./uses/use_rows.ts";
import { LEAKS_MORE, USE_STATEMENTS, withLeaksMore } from "./fig9/statements.ts";
import { instantStyleNote, usesContent } from "./uses/uses.ts";
import { CURVE_STATEMENTS } from "./fig7/statements.ts";

const PAPER_CLAIMS = claimsOf((await loadFigures(FIGURES)).map(itemOf));

const ITEMS = 30;
const taken = Object.fromEntries(TASKS.map((task) => [task, "taken"]));
const main = mainModelOf("mini");

/** Samples of rows and tasks whose scores lie around given means; noise is small. */
function samplesOf(
  rows: readonly string[],
  scores: (row: string, task: string) => Readonly<Record<string, number>>,
): SampleRow[] {
  return rows.flatMap((row) =>
    TASKS.flatMap((task) =>
      Array.from({ length: ITEMS }, (_, index): SampleRow => {
        const noise = normal(key(`${row} ${task} ${index}`), 1, { std: 0.01 })[0] as number;
        const own = Object.entries(scores(row, task)).map(([name, mean]) => [name, mean + noise]);
        return { row, task, index, seed: 1, instruction: "", prompt: "", scores: Object.fromEntries(own) };
      })
    )
  );
}

const resample = (samples: readonly SampleRow[]) => resampleCells(samples, { key: key(1), resamples: 200 });
const verdicts = (claims: readonly ClaimVerdict[]) =>
  Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));

Deno.test("FIGURES name each of at least 15 statements once, with its section and quantity", () => {
  assert.ok(PAPER_CLAIMS.length >= 15);
  assert.equal(new Set(PAPER_CLAIMS.map(({ id }) => id)).size, PAPER_CLAIMS.length);
  for (const { section, statement, quantity } of PAPER_CLAIMS) {
    assert.match(section, /^(\d|Fig\.|Table)/);
    assert.ok(statement.length > 20 && quantity.length > 20, statement);
  }
});

Deno.test("claimStates() says not run, and how to run, when an experiment has no result", () => {
  assert.ok(
    claimStates(PAPER_CLAIMS, {}).every(({ verdict, evidence, experiment }) =>
      verdict === "not run" && evidence === `deno task reproduce ${experiment}`
    ),
  );
  const [claim] = PAPER_CLAIMS.filter(({ experiment }) => experiment === "fig9");
  const found = judge({
    ...claim!,
    region: { low: 0 },
    measure: () => measured({ mean: 0.2, low: 0.1, high: 0.3 }, "8 items"),
  }, undefined);
  const state = claimStates(PAPER_CLAIMS, { fig9: [found] }).find(({ id }) => id === claim!.id);
  assert.equal(state?.verdict, "supported");
  assert.match(state?.evidence ?? "", /ours 0\.200 \[0\.100, 0\.300\], needs above 0; 8 items/);
});

Deno.test("judge() decides by the whole interval, and not at all without a number", () => {
  const about = { id: "x", section: "3", statement: "", quantity: "", region: { low: 0.6, high: 0.8 } };
  const verdict = (low: number | null, high: number | null) =>
    judge({ ...about, measure: () => measured({ mean: 0.7, low, high }, "") }, undefined).verdict;
  assert.equal(verdict(0.65, 0.75), "supported");
  assert.equal(verdict(0.5, 0.75), "inconclusive");
  assert.equal(verdict(0.85, 0.9), "not supported");
  assert.equal(verdict(null, null), "inconclusive");
  assert.equal(judge({ ...about, measure: () => measured(undefined, "") }, undefined).ours, null);
  const above = (low: number, high: number) =>
    judge({ ...about, region: { low: 0 }, measure: () => measured({ mean: low, low, high }, "") }, undefined)
      .verdict;
  assert.deepEqual([above(0, 0), above(0, 1), above(0.1, 1)], ["not supported", "inconclusive", "supported"]);
});

const USED = [
  "text-only",
  "ip-adapter-plus",
  COMMITTED,
  "single-task",
  "instruct",
  "ground-truth",
];

Deno.test("USE_STATEMENTS supports the paper's view when IPAdapter+ leaks and the instructed model takes more, and not the other way round", () => {
  const means = (good: string, bad: string) => (row: string, task: string) => ({
    "CLIP-I": 0.8,
    taken: row === good ? 0.8 : row === "text-only" ? 0.2 : 0.5,
    ...(task === "replication"
      ? {}
      : { leak: row === bad ? 0.7 : row === good ? 0.45 : row === "instruct" ? 0.55 : 0.3 }),
  });
  const asPaper = resample(withLeaksMore(samplesOf(USED, means(COMMITTED, "ip-adapter-plus"))));
  const found = verdicts(judgeAll(USE_STATEMENTS, { resampled: asPaper, taken, main }));
  assert.deepEqual(new Set(Object.values(found)), new Set(["supported"]));
  const turned = verdicts(
    judgeAll(USE_STATEMENTS, {
      resampled: resample(samplesOf(USED, means("ip-adapter-plus", COMMITTED))),
      taken,
      main,
    }),
  );
  for (const id of ["plus-leaks", "plus-worse-at-faces", "longer-training-leaks-less"]) {
    assert.equal(turned[id], "not supported", id);
  }
  const { leaks } = usesContent(asPaper, { rows: USED, tasks: TASKS, taken });
  assert.equal(leaks.length, 4 * 5);
  assert.ok(Math.abs(leaks.find(({ row }) => row === "ip-adapter-plus")!.mean - 0.4) < 0.01);
  const some = resample(
    samplesOf(USED, means(COMMITTED, "ip-adapter-plus")).filter(({ task }) => task === "face"),
  );
  assert.equal(
    verdicts(judgeAll(USE_STATEMENTS, { resampled: some, taken, main }))["plus-leaks"],
    "inconclusive",
  );
});

Deno.test("USE_STATEMENTS are of Table 1's joint model at a scale without a committed adapter, and compare it with none that was trained for longer", () => {
  const scores = (row: string) => ({
    "CLIP-I": 0.8,
    taken: row === "instruct" ? 0.8 : 0.4,
    leak: row === "instruct" ? 0.3 : 0.6,
  });
  const resampled = resample(samplesOf(USED.filter((row) => row !== COMMITTED), scores));
  const claims = judgeAll(USE_STATEMENTS, { resampled, taken, main: mainModelOf("paper") });
  assert.equal(verdicts(claims)["plus-leaks"], "supported");
  assert.equal(verdicts(claims)["longer-training-leaks-less"], "inconclusive");
  assert.match(claims.find(({ id }) => id === "plus-leaks")!.evidence, /Table 1's joint model/);
});

Deno.test("USE_STATEMENTS does not call an adapter that is switched off free of leaks, nor one that copies", () => {
  const judged = (committed: Readonly<Record<string, number>>) => {
    const others = { "CLIP-I": 0.8, taken: 0.5, leak: 0.4 };
    const scores = (row: string): Readonly<Record<string, number>> =>
      row === COMMITTED
        ? { ...others, ...committed }
        : row === "text-only"
        ? { ...others, taken: 0.2, leak: 0.1 }
        : others;
    return verdicts(
      judgeAll(USE_STATEMENTS, { resampled: resample(withLeaksMore(samplesOf(USED, scores))), taken, main }),
    );
  };
  const off = judged({ taken: 0.15, leak: 0.1 });
  assert.equal(off["plus-leaks"], "not supported");
  assert.equal(off["longer-training-leaks-less"], "not supported");
  const copier = judged({ taken: 0.9, leak: 0.9 });
  assert.equal(copier["plus-leaks"], "not supported");
});

Deno.test("USE_STATEMENTS sees the joint model leak now and then, also where its mean leak is the lower one", () => {
  const samples = samplesOf(USED, () => ({ "CLIP-I": 0.8, taken: 0.5, leak: 0.4 })).map((sample) => {
    if (sample.row !== "instruct") return sample;
    const leak = sample.index % 5 === 0 ? 0.6 : 0.34;
    return { ...sample, scores: { ...sample.scores, leak } };
  });
  const marked = withLeaksMore(samples);
  const share = (row: string) => {
    const own = marked.filter((sample) => sample.row === row && sample.task === "style");
    return own.reduce((sum, { scores }) => sum + (scores[LEAKS_MORE] as number), 0) / own.length;
  };
  assert.ok(Math.abs(share("instruct") - 1 / 5) < 1e-9);
  assert.equal(
    verdicts(judgeAll(USE_STATEMENTS, { resampled: resample(marked), taken, main }))["joint-leaks-more"],
    "supported",
  );
  // Only what is seen counts, and only of these two rows.
  const alike = withLeaksMore(samplesOf(USED, () => ({ leak: 0.4 })));
  assert.ok(alike.every(({ scores }) => (scores[LEAKS_MORE] ?? 0) === 0));
  assert.ok(
    marked.every(({ row, scores }) => (LEAKS_MORE in scores) === ["instruct", "single-task"].includes(row)),
  );
  assert.equal(
    verdicts(judgeAll(USE_STATEMENTS, { resampled: resample(alike), taken, main }))["joint-leaks-more"],
    "not supported",
  );
});

Deno.test("CONTROL_STATEMENTS supports a model that does what it is told, and not one that is deaf, copies or does nothing", () => {
  const judged = (told: (place: ControlPlace) => number, free = told) =>
    verdicts(
      judgeAll(
        CONTROL_STATEMENTS,
        resampleModels(
          [
            ...controlModel(COMMITTED, told),
            ...controlModel(COMMITTED_FREE, free),
            ...controlModel(JOINT, told),
            ...controlModel(PAPER_SOURCED, () => 0.5),
          ],
          { noises: true },
        ),
      ),
    );
  const replicates = ({ task }: ControlPlace) => task === "replication";
  const obedient = (place: ControlPlace) => isAsked(place) || replicates(place) ? 0.7 : 0.2;
  assert.deepEqual(new Set(Object.values(judged(obedient))), new Set(["supported"]));
  const deaf = ({ aspect }: ControlPlace) => aspect === "layout" ? 0.9 : 0.4;
  for (const model of [deaf, () => 1, () => 0]) {
    const {
      "own-instruction-takes-most": most,
      "shared-conditions-need-the-instruction": shared,
      ...control
    } = judged(model);
    assert.notEqual(shared, "supported");
    assert.deepEqual(new Set(Object.values(control)), new Set(["not supported"]));
    assert.notEqual(most, "supported");
  }
  // The keywords alone are heeded.
  const keywords = judged(obedient, deaf);
  assert.equal(keywords["instruction-controls"], "supported");
  assert.equal(keywords["free-wordings-control"], "not supported");
  // One instruction of five takes less of its own than the others do: the mean hides it.
  const confused = judged((place) => place.aspect === "look" && isAsked(place) ? 0.05 : obedient(place));
  assert.equal(confused["instruction-controls"], "supported");
  assert.equal(confused["own-instruction-takes-most"], "not supported");
});

Deno.test("CONTROL_STATEMENTS finds shared conditions worth what the model of the paper's sources has less of control", () => {
  const share = (asked: number) => (place: ControlPlace) => isAsked(place) ? asked : 0.2;
  const judged = (shared: number, paper: number) => {
    const models = [
      ...controlModel(JOINT, share(shared)),
      ...controlModel(PAPER_SOURCED, share(paper)),
    ];
    return judgeAll(CONTROL_STATEMENTS, resampleModels(models))
      .find(({ id }) => id === "shared-conditions-need-the-instruction")!;
  };
  const found = judged(0.7, 0.3);
  assert.equal(found.verdict, "supported");
  assert.ok(Math.abs(found.ours! - 0.4) < 0.03, `${found.ours}`);
  assert.match(found.evidence, /shared conditions .*0\.5.*the paper's kind .*0\.1.*conditions, paired/);
  assert.equal(judged(0.3, 0.7).verdict, "not supported");
});

Deno.test("CONTROL_STATEMENTS are not measured where an entry has no room between prompt alone and target", () => {
  const resampled = resampleModels(controlModel(COMMITTED, () => 1).filter(({ kind }) => kind === "scene"));
  for (const { verdict, evidence } of judgeAll(CONTROL_STATEMENTS, resampled)) {
    assert.equal(verdict, "inconclusive");
    assert.match(evidence, /^not measured: it needs all entries/);
  }
});

Deno.test("instantStyleNote() says so when InstantStyle hardly differs from the prompt alone, and not when it does", () => {
  const note = (likeness: number, spread = 1) => {
    const mean = (row: string) => (row === "text-only" ? 0.5 : likeness);
    const samples = samplesOf(["text-only", "instant-style"], (row) => ({ "CLIP-S": mean(row) }));
    return instantStyleNote(resample(samples.map((sample) => {
      const own = mean(sample.row);
      return { ...sample, scores: { "CLIP-S": own + spread * (sample.scores["CLIP-S"] as number - own) } };
    })));
  };
  assert.match(note(0.5), /prompt alone by .*\]: in this base model its layers do hardly anything/);
  assert.match(note(0.5, 40), /\]: no difference is found\.$/);
  assert.match(note(0.7), /differs from the prompt alone by \+\d\d\.\d % \[\+3\d\.\d %, \+4\d\.\d %\]\.$/);
  assert.equal(instantStyleNote(resample(samplesOf(["text-only"], () => ({ "CLIP-S": 0.5 })))), "");
});

Deno.test("COMBINATION_STATEMENTS supports the paper's view when control and adapter keep what they do alone, and not when one is lost", () => {
  const means = (control: number, takes: number, family = 0.6) => (row: string) => ({
    [LORA_SCORE]: row === "both-lora" ? family : 0.1,
    [CONTROL_SCORE]: row === "adapter-alone" ? 0.4 : row === "control-alone" ? 0.8 : control,
    taken: row === "control-alone" ? 0.2 : row === "adapter-alone" ? 0.7 : takes,
  });
  const judged = (control: number, takes: number, family?: number) =>
    verdicts(
      judgeAll(COMBINATION_STATEMENTS, {
        resampled: resample(samplesOf(COMBINATIONS, means(control, takes, family))),
        taken,
        main,
        followed: ["style", "face"],
      }),
    );
  assert.deepEqual(new Set(Object.values(judged(0.8, 0.7))), new Set(["supported"]));
  assert.equal(judged(0.8, 0.7, 0.05)["lora-compatible"], "not supported"); // a LoRA that does nothing
  const lost = judged(0.3, 0.1);
  for (
    const id of [
      "controlnet-guides",
      "controlnet-undisturbed",
      "adapter-undisturbed",
      "adapter-controls-beside",
    ]
  ) {
    assert.equal(lost[id], "not supported", id);
  }
  const some = samplesOf(COMBINATIONS, means(0.8, 0.7)).filter(({ task }) => task === "face");
  assert.equal(
    verdicts(
      judgeAll(COMBINATION_STATEMENTS, {
        resampled: resample(some),
        taken,
        main,
        followed: ["style", "face"],
      }),
    )["controlnet-guides"],
    "inconclusive",
  );
  const unread = { resampled: resample(samplesOf(COMBINATIONS, means(0.8, 0.7))), taken, main };
  const guides = (followed: readonly TaskId[]) =>
    judgeAll(COMBINATION_STATEMENTS, { ...unread, followed }).find(({ id }) => id === "controlnet-guides")!;
  assert.equal(guides(["style"]).verdict, "supported");
  assert.match(guides(["style"]).evidence, /, style alone; /);
  assert.equal(guides([]).verdict, "inconclusive");
});

Deno.test("REWORDING_STATEMENTS tells subtle wordings from strong ones", () => {
  const content = (words: number) => {
    const resampled = resample(samplesOf(["instruct", "fixed"], (row) => ({
      "score spread": row === "fixed" ? 0.3 : 0.1,
      ...(row === "fixed" ? {} : Object.fromEntries(
        ["pixel", "latent", "judge"].flatMap((space) => [[`${space} words`, words], [`${space} noise`, 10]]),
      )),
    })));
    const made = rewordingContent(resampled, { wordings: 3, noises: 3, tasks: TASKS });
    return { made, claims: verdicts(judgeAll(REWORDING_STATEMENTS, { resampled, content: made })) };
  };
  const { made, claims } = content(1.5);
  assert.ok(made.ratios.every(({ mean }) => Math.abs(mean - 0.15) < 0.01));
  assert.equal(made.ratios.length, 3 * 6);
  assert.deepEqual(Object.values(claims), ["supported", "supported", "supported", "supported"]);
  const strong = content(9).claims;
  assert.equal(strong["rewording-is-subtle"], "not supported");
  assert.equal(content(0.5).claims["rewording-is-noticeable"], "not supported");
});

/** What each row of the ablations takes under its task's instruction. */
const LEVELS: Readonly<Record<string, number>> = {
  "one-hot": 0.6,
  "unfiltered": 0.5,
  "unclip": 0.3,
  "without-style": 0.5,
  "ip-adapter-plus": 0.4,
};
const VARIANTS = ["tokens", "one-hot", "unfiltered", "paper-sourced", "unclip"];
const LEFT_OUT = [{ task: "style", row: "without-style" }, {
  task: "object",
  row: "without-object",
}] as const;
const ABLATION_ROWS = [
  "instruct",
  ...["ip-adapter-plus", "ground-truth"],
  ...VARIANTS,
  ...LEFT_OUT.flatMap(({ row }) => [row, `${row}-other-instruction`]),
  ...STYLE_ROWS,
];

/** What a row takes under another task's instruction, in good order: of all but the prompt alone less than under its own. */
const takenBy = (row: string): number =>
  row === "ground-truth" ? 1 : row === "text-only" ? 0.1 : row.endsWith("other-instruction") ? 0.2 : 0.7;

/** Verdicts with some rows' scores changed. */
function judgedAblations(scores: (row: string, metric: string, task: string) => number | undefined) {
  const columns = (task: string) =>
    TABLE1_COLUMNS.filter((column) => column.task === task).map(({ metric }) => metric);
  const resampled = resample(samplesOf(ABLATION_ROWS, (row, task) => {
    const usual: Readonly<Record<string, number>> = {
      ...Object.fromEntries(columns(task).map((metric) => [metric, LEVELS[row] ?? 0.6])),
      taken: takenBy(row),
      leak: row === "colours-instruction" ? 0.1 : 0.3,
      colours: row === "colours-instruction" ? 0.8 : 0.5,
      moved: row === "other-instruction" ? 20 : 0,
    };
    return Object.fromEntries(
      Object.entries(usual).map(([metric, value]) => [metric, scores(row, metric, task) ?? value]),
    );
  }));
  const content = ablationsContent(resampled, { variants: VARIANTS, leftOut: LEFT_OUT, tasks: TASKS, taken });
  const claims = judgeAll(ABLATION_STATEMENTS, { resampled, content, taken });
  return { content, claims, verdicts: verdicts(claims) };
}

Deno.test("ABLATION_STATEMENTS supports the paper's view when text does more than a number and the rule helps, and not the other way round", () => {
  const { content, claims, verdicts: found } = judgedAblations(() => undefined);
  assert.deepEqual(new Set(Object.values(found)), new Set(["supported"]));
  assert.ok(Math.abs(content.effect!.mean - 0.5) < 0.01);
  assert.ok(Math.abs(content.moved!.mean - 20) < 0.01);
  const unfiltered = content.differences.filter(({ row }) => row === "unfiltered");
  assert.equal(unfiltered.length, 6);
  assert.ok(unfiltered.every(({ mean }) => Math.abs(mean - (0.5 / 0.6 - 1)) < 0.02));
  assert.equal(content.overridden.length, 4 * 2);
  // Only its own task is left out of "all".
  const without = content.differences.find(({ row, task }) => row === "without-style" && task === "all");
  assert.ok(without !== undefined && without.mean < 0);
  const ours = (id: string) => claims.find((claim) => claim.id === id)!;
  assert.ok(Math.abs(ours("text-starts-new-tasks").ours! - 0.5 / 0.9) < 0.02);
  const turned: Readonly<Record<string, number>> = { "one-hot": 0.4, "unfiltered": 0.8, "unclip": 0.8 };
  const against = judgedAblations((row, metric) => {
    if (metric === "taken" && row.startsWith("without-")) {
      return row.endsWith("other-instruction") ? 0.7 : 0.5;
    }
    if (metric === "colours") return row === "colours-instruction" ? 0.5 : 0.8;
    return metric.startsWith("CLIP") ? turned[row] : undefined;
  });
  assert.deepEqual(new Set(Object.values(against.verdicts)), new Set(["not supported"]));
  assert.equal(claims.length, 5);
});

Deno.test("ABLATION_STATEMENTS lets no model that takes as much under any instruction start a new task, on any task left out", () => {
  const started = (levels: Readonly<Record<string, number>>) =>
    judgedAblations((row, metric) => metric === "taken" ? levels[row] : undefined)
      .verdicts["text-starts-new-tasks"];
  assert.equal(started({}), "supported");
  // It copies, whatever the instruction.
  assert.equal(started({ "without-style": 0.9, "without-style-other-instruction": 0.95 }), "not supported");
  assert.equal(started({ "without-object": 0.2, "without-object-other-instruction": 0.25 }), "not supported");
});

Deno.test("ABLATION_STATEMENTS refuses a record without a model that they name", () => {
  const { content } = judgedAblations(() => undefined);
  const rows = content.rows.filter((row) => row !== "one-hot");
  const resampled = resample(samplesOf(ABLATION_ROWS, () => ({ taken: 0.5 })));
  assert.throws(
    () => judgeAll(ABLATION_STATEMENTS, { resampled, content: { ...content, rows }, taken }),
    /needs the model one-hot in their record, got tokens, unfiltered/,
  );
});

Deno.test("ABLATION_STATEMENTS needs the colours to be asked for", () => {
  const flexible = (scores: Readonly<Record<string, Readonly<Record<string, number>>>>) =>
    judgedAblations((row, metric) =>
      ["colours", "leak"].includes(metric) ? scores[row]?.[metric] ?? 0.5 : undefined
    ).verdicts["text-is-flexible"];
  assert.equal(flexible({ "colours-instruction": { colours: 0.7 } }), "supported");
  // Whatever other instruction than the style's brings the colours.
  assert.equal(
    flexible({ "colours-instruction": { colours: 0.7 }, "other-instruction": { colours: 0.75 } }),
    "not supported",
  );
  assert.equal(flexible({ "colours-instruction": { colours: 0.5 } }), "not supported");
  // Everything is copied.
  assert.equal(flexible({ "colours-instruction": { colours: 0.7, leak: 0.7 } }), "not supported");
});

Deno.test("scaleContent() finds the scale at which condition and prompt are both served", () => {
  const scales = [0, 0.4, 0.6, 0.8, 1];
  const resampled = resample(samplesOf(scales.map(scaleRow), (row, task) => {
    const scale = Number(row.slice("scale-".length));
    const scores = {
      prompt: 0.7 - 0.5 * Math.max(0, scale - 0.6),
      condition: 0.2 + 0.5 * Math.min(scale, 0.6),
    };
    return Object.fromEntries(
      TABLE1_COLUMNS.filter((column) => column.task === task)
        .map(({ metric }, place) => [metric, place === 0 ? scores.condition : scores.prompt]),
    );
  }));
  const content = scaleContent(resampled, { scales, tasks: TASKS });
  assert.equal(content.best?.mean, 0.6);
  assert.equal(content.curves.length, 10);
  const [condition] = content.curves;
  assert.equal(condition?.values.length, scales.length);
  assert.equal(condition?.of, "condition");
  assert.deepEqual(verdicts(judgeAll(SCALE_STATEMENTS, { resampled, content, main })), {
    "full-scale-overpowers-text": "supported",
    "best-scale-is-advised": "supported",
  });
});

/** Rising curves of both models on every task, the joint one's late; one seed for each lateness. */
function risingCurves(...lateness: readonly number[]): Curve[] {
  const steps = [0, 100, 200, 300, 400, 500];
  const scoreOf = (late: number) => steps.map((step) => 0.1 + Math.min(1, Math.max(0, step - late) / 250));
  return TASKS.flatMap((task) =>
    (["single-task", "instruct"] as const).map((row): Curve => {
      const seeds = lateness.map((late, i) => ({
        seed: i + 1,
        scores: scoreOf(row === "instruct" ? late : 0),
      }));
      const mean = seeds[0]!.scores;
      return { row, task, metric: "CLIP-P", steps, mean, low: mean, high: mean, seeds, n: 8, reached: 300 };
    })
  );
}

Deno.test("CURVE_STATEMENTS does not support equal speed when the joint model lags behind", () => {
  const judged = (...lateness: number[]) =>
    Object.values(verdicts(judgeAll(CURVE_STATEMENTS, risingCurves(...lateness))));
  assert.deepEqual(judged(-2, 0, 2), ["supported", "supported"]);
  assert.deepEqual(judged(88, 90, 92), ["not supported", "not supported"]);
  assert.deepEqual(judged(0, 0, 90), ["inconclusive", "inconclusive"]);
});

Deno.test("CURVE_STATEMENTS decides nothing by one seed, however many curves agree", () => {
  for (const { ours, low, high, verdict, evidence } of judgeAll(CURVE_STATEMENTS, risingCurves(90))) {
    assert.ok(ours !== null && Math.abs(ours) > 0.1, `${ours}`);
    assert.deepEqual([low, high, verdict], [null, null, "inconclusive"]);
    assert.match(evidence, /with no interval.*1 seed$/);
  }
});

Deno.test("CURVE_STATEMENTS compares speeds where both models end above their start, and steps at which they differ", () => {
  const flat = risingCurves(-2, 0, 2).map((curve): Curve => {
    const seeds = curve.seeds!.map(({ seed, scores }) => ({
      seed,
      scores: scores.map((score) => 2 - score),
    }));
    return curve.row === "instruct" ? { ...curve, seeds } : curve;
  });
  const [, early] = judgeAll(CURVE_STATEMENTS, flat);
  assert.deepEqual([early?.ours, early?.verdict], [null, "inconclusive"]);
  assert.match(early?.evidence ?? "", /on no score do both models end above their start/);
  const twice = risingCurves(0, 0).map((curve): Curve => {
    const seeds = curve.seeds!.map(({ seed, scores }) => ({
      seed,
      scores: curve.row === "instruct" ? scores.map((score, i) => i === 0 ? score : 2 * score) : scores,
    }));
    return { ...curve, seeds };
  });
  const [rise] = judgeAll(CURVE_STATEMENTS, twice);
  assert.ok(Math.abs((rise?.ours as number) - 1) < 1e-9, `${rise?.ours}`);
});
