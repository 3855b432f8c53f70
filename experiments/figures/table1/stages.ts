/**
 * Table 1: five single-task models, the joint model with random instructions, the joint model with fixed instructions, the IPAdapter+
 * start of all of them and the targets themselves, scored on the same held-out items from the same noise; where there is one, beside them
 * the committed joint adapter, which was trained for longer.
 *
 * encode-TASK ─┬─ train-single-TASK-seedN ──┐
 *              ├─ train-instruct-seedN ─────┼─ score-ROW-TASK-seedN ── summary
 *              └─ train-fixed-seedN ────────┤
 *                 committed-adapter ────────┘
 */
import type { Json } from "../../../lib/hub/mod.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { ExperimentRow, RunRequest, TableExperiment } from "../../setting/experiment.ts";
import { budgetOf, encodeId, modelStages, scoreId, trainId, variantName } from "../model_stages.ts";
import { type Stage, stageMaker } from "../../runner/mod.ts";
import { type Budget, budgetNote, SCALES } from "../../setting/scales.ts";
import { FIXED, JOINT, SINGLE_TASK } from "./rows.ts";
import { summarize, type SummaryRequest } from "./summary.ts";
import type { CommittedRequest, Table1Stages, Variant } from "../../setting/model_requests.ts";
import type { Table1Row } from "../../../lib/report/mod.ts";

/** The experiment, as data. */
export const TABLE1 = {
  id: "table1",
  name: "Table 1",
  title: "Single-task models, the joint model, and fixed instructions: CLIP scores on five tasks",
  paper: "Table 1, Sec. 4.2 and 4.3",
  says:
    "One joint model is on par with five single-task models, and random instructions do slightly better than fixed ones.",
  tasks: TASKS,
  rows: [
    { row: SINGLE_TASK, model: "single", instructions: "random" },
    { row: JOINT, model: "joint", instructions: "random" },
    { row: FIXED, model: "joint", instructions: "fixed" },
    { row: "committed", model: "committed", instructions: "random" },
    { row: "ip-adapter-plus", model: "start", instructions: "none" },
    { row: "ground-truth", model: "target", instructions: "none" },
  ],
  resamples: 10_000,
} as const satisfies TableExperiment;

/** Id of the stage that reads the committed joint adapter. */
export const COMMITTED_ID = "committed-adapter";

const variantOf = ({ model, instructions }: ExperimentRow, task: TaskId): Variant =>
  model === "single" ? { kind: "single", task } : { kind: instructions === "fixed" ? "fixed" : "instruct" };

/** The stages of a request; the last one is the summary. `changes` replace parts of the budget, for figures that need other numbers. */
export function table1Stages(
  request: RunRequest,
  code: Table1Stages,
  changes: Partial<Budget> = {},
): Stage[] {
  const { scale, budget: budgetId, seeds, tasks } = request;
  const budget: Budget = { ...budgetOf(request), ...changes };
  const { encode, train, score } = modelStages(TABLE1.id, request, { code, budget });

  const trainingOf = (row: ExperimentRow, task: TaskId, seed: number): Stage => {
    const variant = variantOf(row, task);
    const single = variant.kind === "single";
    return train({
      name: variantName(variant),
      title: single ? `the ${task} model` : `the joint model, ${row.instructions} instructions`,
      variant,
      tasks: single ? [task] : TASKS,
      instructions: row.instructions,
      seed,
    });
  };

  const committedConfig: CommittedRequest = { scale };
  const committedAdapter = SCALES[scale].committedAdapter ? code.committedAdapter : undefined;
  const committed = committedAdapter && stageMaker(TABLE1.id, committedAdapter)({
    id: COMMITTED_ID,
    title: "Read the committed joint adapter",
    config: committedConfig,
    parents: [],
    expectedSeconds: 1,
    async run(context) {
      const read = await committedAdapter.load();
      context.write("report.json", JSON.stringify(await read(context)));
    },
  });

  const trainings = new Map<string, Stage>();
  const scores: Stage[] = [];
  const rows = TABLE1.rows.filter(({ row, model }) =>
    (model !== "committed" || committed !== undefined) && (request.rows?.includes(row) ?? true)
  );
  const given = committed && rows.some(({ model }) => model === "committed") ? [committed] : [];
  for (const seed of seeds) {
    for (const row of rows) {
      // The targets do not depend on a seed, nor do the weights of the committed adapter.
      if ((row.model === "target" || row.model === "committed") && seed !== seeds[0]) continue;
      for (const task of tasks) {
        let adapter = row.model === "committed" ? committed : undefined;
        if (row.model === "single" || row.model === "joint") {
          const fresh = trainingOf(row, task, seed);
          adapter = trainings.get(fresh.id) ?? fresh;
          trainings.set(fresh.id, adapter);
        }
        scores.push(score({ ...row, task, seed, adapter }));
      }
    }
  }
  const used = TASKS.filter((task) => trainings.size > 0 || tasks.includes(task)).map((task) => encode(task));
  const config: SummaryRequest = {
    scale,
    budget: budgetId,
    scaleNote: SCALES[scale].note,
    budgetNote: budgetNote(budget),
    tasks,
    seeds,
    resamples: TABLE1.resamples,
    metrics: code.metrics as unknown as Json,
  };
  const trained = [...trainings.values()];
  return [...used, ...trained, ...given, ...scores, {
    id: "summary",
    title: "Average, compare with the paper, render samples",
    config,
    code: [{ module: "experiments/figures/table1/summary.ts", export: summarize.name }],
    data: {},
    parents: [...used, ...trained, ...given, ...scores],
    expectedSeconds: 2,
    run: (context) =>
      summarize(config, { encodings: used, trainings: trained, committed: given[0], scores }, context),
  }];
}

/** Stages of Table 1, for figures that read its trainings and scores. */
export interface Table1Found {
  encode(task: TaskId): Stage;
  train(variant: Variant, seed: number): Stage;
  /** The committed joint adapter, where the scale has one. */
  committed(): Stage;
  score(row: Table1Row, task: TaskId, seed: number): Stage;
}

/** Finds stages of Table 1. @throws RangeError for one that the request has not. */
export function table1Finder(
  request: RunRequest,
  code: Table1Stages,
  changes: Partial<Budget> = {},
): Table1Found {
  const stages = new Map(table1Stages(request, code, changes).map((stage) => [stage.id, stage]));
  const find = (id: string): Stage => {
    const stage = stages.get(id);
    if (stage === undefined) {
      throw new RangeError(`Table 1 has no stage "${id}": expected one of ${[...stages.keys()].join(", ")}`);
    }
    return stage;
  };
  return {
    encode: (task) => find(encodeId(task)),
    train: (variant, seed) => find(trainId(variantName(variant), seed)),
    committed: () => find(COMMITTED_ID),
    score: (row, task, seed) => find(scoreId(row, task, seed)),
  };
}
