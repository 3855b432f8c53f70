/**
 * Table 1: five single-task models, the joint model with random instructions, the joint model with fixed instructions, the IPAdapter+
 * start of all of them and the targets themselves, scored on the same held-out items from the same noise.
 *
 * encode-TASK ─┬─ train-single-TASK-seedN ──┐
 *              ├─ train-instruct-seedN ─────┼─ score-ROW-TASK-seedN ── summary
 *              └─ train-fixed-seedN ────────┘
 */
import { existsSync } from "node:fs";
import { UserError } from "../lib/engine/errors.ts";
import {
  claimsText,
  TABLE1_TASKS,
  table1Csv,
  table1Latex,
  table1Markdown,
  type Table1Result,
  type Table1Task,
  table1Text,
} from "../lib/report/mod.ts";
import type { Json } from "../lib/hub/mod.ts";
import type { Experiment, ExperimentProgram, ExperimentRow, RunRequest } from "./experiment.ts";
import { dataVersions, sourceVersion, type Stage } from "./runner/mod.ts";
import { type Budget, budgetNote, SCALES } from "./scales.ts";
import { paperScaleNeeds } from "./paper_scale.ts";
import { summarize, type SummaryRequest, writeGallery } from "./table1_summary.ts";
import type {
  EncodeRequest,
  ScoreRequest,
  StageCode,
  Table1Stages,
  TrainRequest,
  Variant,
} from "./table1_stages.ts";

/** The experiment, as data. */
export const TABLE1 = {
  id: "table1",
  title: "Single-task models, the joint model, and fixed instructions: CLIP scores on five tasks",
  paper: "Table 1, Sec. 4.2 and 4.3",
  tasks: TABLE1_TASKS,
  rows: [
    { row: "single-task", model: "single", instructions: "random" },
    { row: "instruct", model: "joint", instructions: "random" },
    { row: "fixed", model: "joint", instructions: "fixed" },
    { row: "ip-adapter-plus", model: "start", instructions: "none" },
    { row: "ground-truth", model: "target", instructions: "none" },
  ],
  resamples: 2000,
} as const satisfies Experiment;

/** Hashes of data files; a missing one is the user's to mend. */
function versionsOf(paths: readonly string[]): Readonly<Record<string, string>> {
  const missing = paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
  if (missing.length > 0) {
    throw new UserError(
      `Planning table1 needs the checkpoints of the frozen parts, expected ${
        missing.join(", ")
      }, found none; ` +
        "they come with the repository, and deno task pretrain makes them again",
    );
  }
  return dataVersions(paths);
}

function once<T>(compute: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

/** Builds stages; keys share the versions of code and data, which are read once. */
function stageMaker<Compute>(code: StageCode<Compute>) {
  const codeVersion = once(() => sourceVersion(code.module));
  const data = once(() => versionsOf(code.data));
  return (stage: Omit<Stage, "codeVersion" | "data">): Stage => ({
    ...stage,
    codeVersion: codeVersion(),
    data: data(),
  });
}

const variantOf = ({ model, instructions }: ExperimentRow, task: Table1Task): Variant =>
  model === "single" ? { kind: "single", task } : { kind: instructions === "fixed" ? "fixed" : "instruct" };

/** The stages of a request; the last one is the summary. */
export function table1Stages(request: RunRequest, code: Table1Stages): Stage[] {
  const { scale, budget: budgetId, seeds, tasks, device } = request;
  const budget: Budget = SCALES[scale].budgets[budgetId];
  const { samplerSteps, guidance, expectedSeconds } = budget;
  const makers = {
    encode: stageMaker(code.encodeDataset),
    train: stageMaker(code.trainAdapter),
    score: stageMaker(code.generateAndScore),
  };

  const encodings = new Map(TABLE1_TASKS.map((task) => {
    const config: EncodeRequest = {
      scale,
      task,
      trainItems: budget.trainItems,
      validationItems: budget.validationItems,
      device,
    };
    const stage = makers.encode({
      id: `encode-${task}`,
      title: `Encode the ${task} task's pairs`,
      config,
      parents: [],
      expectedSeconds: expectedSeconds.encode,
      async run(context) {
        const encode = await code.encodeDataset.load();
        context.write("report.json", JSON.stringify(await encode(config, context)));
      },
    });
    return [task, stage] as const;
  }));
  const encodingOf = (task: Table1Task) => encodings.get(task) as Stage;

  const train = (row: ExperimentRow, task: Table1Task, seed: number): Stage => {
    const variant = variantOf(row, task);
    const trained = variant.kind === "single" ? [variant.task] : TABLE1_TASKS;
    const name = variant.kind === "single" ? `single-${variant.task}` : variant.kind;
    const config: TrainRequest = {
      scale,
      variant,
      tasks: trained,
      instructions: row.instructions,
      seed,
      steps: budget.steps,
      batch: budget.batch,
      learningRate: budget.learningRate,
      validateEvery: budget.validateEvery,
      validateItems: budget.validateItems,
      samplerSteps,
      guidance,
      device,
    };
    return makers.train({
      id: `train-${name}-seed${seed}`,
      title: `Train the ${
        variant.kind === "single" ? `${variant.task} model` : `joint model, ${row.instructions} instructions`
      }, seed ${seed}`,
      config,
      parents: trained.map(encodingOf),
      expectedSeconds: expectedSeconds.train,
      async run(context) {
        const trainAdapter = await code.trainAdapter.load();
        const datasets = new Map(trained.map((each) => [each, context.input(encodingOf(each).id)]));
        context.write("report.json", JSON.stringify(await trainAdapter(config, { datasets }, context)));
      },
    });
  };

  const score = (row: ExperimentRow, task: Table1Task, seed: number, adapter: Stage | undefined): Stage => {
    const config: ScoreRequest = {
      scale,
      row: row.row,
      task,
      instructions: row.instructions,
      seed,
      items: budget.validationItems,
      samplerSteps,
      guidance,
      galleryItems: budget.galleryItems,
      device,
    };
    return makers.score({
      id: `score-${row.row}-${task}-seed${seed}`,
      title: `Generate and score ${task} with ${row.row}, seed ${seed}`,
      config,
      parents: adapter === undefined ? [encodingOf(task)] : [encodingOf(task), adapter],
      expectedSeconds: expectedSeconds.score,
      async run(context) {
        const generateAndScore = await code.generateAndScore.load();
        const inputs = {
          dataset: context.input(encodingOf(task).id),
          adapter: adapter === undefined ? undefined : context.input(adapter.id),
        };
        const { samples, gallery } = await generateAndScore(config, inputs, context);
        context.write(
          "samples.json",
          JSON.stringify(samples.map((sample) => ({ row: row.row, task, seed, ...sample }))),
        );
        writeGallery(gallery, context);
      },
    });
  };

  const trainings = new Map<string, Stage>();
  const scores: Stage[] = [];
  for (const seed of seeds) {
    for (const row of TABLE1.rows) {
      // The targets do not depend on a seed.
      if (row.model === "target" && seed !== seeds[0]) continue;
      for (const task of tasks) {
        let adapter: Stage | undefined;
        if (row.model === "single" || row.model === "joint") {
          const fresh = train(row, task, seed);
          adapter = trainings.get(fresh.id) ?? fresh;
          trainings.set(fresh.id, adapter);
        }
        scores.push(score(row, task, seed, adapter));
      }
    }
  }
  const used = TABLE1_TASKS.filter((task) => trainings.size > 0 || tasks.includes(task)).map(encodingOf);
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
  return [...used, ...trained, ...scores, {
    id: "summary",
    title: "Average, compare with the paper, draw samples",
    config,
    codeVersion: sourceVersion("experiments/table1_summary.ts"),
    data: {},
    parents: [...used, ...trained, ...scores],
    expectedSeconds: 2,
    run: (context) => summarize(config, { encodings: used, trainings: trained, scores }, context),
  }];
}

/** Table 1 with the given model code. */
export function table1Program(code: Table1Stages): ExperimentProgram {
  return {
    record: TABLE1,
    targets(request) {
      if (request.scale === "paper") throw new UserError(paperScaleNeeds("table1"));
      return table1Stages(request, code).slice(-1);
    },
    prepare: ({ device }) => code.checkDevice(device),
    isTraining: ({ id }) => id.startsWith("train-"),
    async collect(outputs, { width }) {
      const summary = outputs.get("summary");
      if (summary === undefined) {
        throw new RangeError("Collecting table1 needs the output of its summary stage");
      }
      const result = JSON.parse(await summary.text("result.json")) as Table1Result;
      const files = new Map<string, Uint8Array | string>();
      for (const name of summary.files) files.set(name, await summary.bytes(name));
      files.set("table.md", table1Markdown(result));
      files.set("table.tex", table1Latex(result));
      files.set("table.csv", table1Csv(result));
      return { files, text: `${table1Text(result, { width })}\n${claimsText(result, { width })}` };
    },
  };
}
