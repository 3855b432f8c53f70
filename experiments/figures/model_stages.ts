/** Stages that train and score one model, as Table 1 and the ablations ask for them: equal requests are the same stage, by key. */
import type { Sources, TaskId } from "../../lib/tasks/mod.ts";
import type { AdapterRecipe } from "../../lib/training/mod.ts";
import type { ExperimentRow, InstructionChoice, RunRequest } from "../setting/experiment.ts";
import { WRITE_SCORED, writeScored } from "../setting/gallery.ts";
import { formFields, type InstructForm } from "../setting/instruct_form.ts";
import { microBatchFields } from "../setting/micro_batch.ts";
import { precisionFields } from "../setting/precision.ts";
import { sourcesFields } from "../setting/pair_sources.ts";
import { type Stage, stageMaker } from "../runner/mod.ts";
import { type Budget, SCALES } from "../setting/scales.ts";
import type {
  EncodeRequest,
  ScoreRequest,
  Table1Stages,
  TrainInputs,
  TrainRequest,
  Variant,
} from "../setting/model_requests.ts";

/** One training. */
export interface ModelTraining {
  /** What the stage is called behind "train-" and before "-seedN". */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly variant: Variant;
  readonly tasks: readonly TaskId[];
  readonly instructions: InstructionChoice;
  readonly seed: number;
  /** Another form of the instruction than usual. */
  readonly form?: InstructForm | undefined;
  /** What differs from the scale's recipe. */
  readonly recipe?: Partial<AdapterRecipe> | undefined;
  /** What its pairs are composed of; shared sources if absent. */
  readonly sources?: Sources | undefined;
  /** Stages by task whose instructions stand in for the datasets' own. */
  readonly wordings?: ReadonlyMap<TaskId, Stage> | undefined;
}

/** One scoring. */
export interface ModelScoring extends ExperimentRow {
  readonly task: TaskId;
  readonly seed: number;
  /** The training; absent for rows that have none. */
  readonly adapter?: Stage | undefined;
  /** Another form of the instruction than usual. */
  readonly form?: InstructForm | undefined;
}

/** Ids of the stages. */
export const encodeId = (task: TaskId, sources: Sources = "shared"): string =>
  sources === "shared" ? `encode-${task}` : `encode-${sources}-sources-${task}`;
export const trainId = (name: string, seed: number): string => `train-${name}-seed${seed}`;
export const scoreId = (row: string, task: TaskId, seed: number): string =>
  `score-${row}-${task}-seed${seed}`;

/** What a training of a variant is called. */
export const variantName = (variant: Variant): string =>
  variant.kind === "single" ? `single-${variant.task}` : variant.kind;

/** Makers of stages for a request. */
export interface ModelStages {
  encode(task: TaskId, sources?: Sources): Stage;
  train(training: ModelTraining): Stage;
  score(scoring: ModelScoring): Stage;
}

/**
 * The makers.
 *
 * @param options.budget how much is trained and measured.
 * @param options.encode the tasks' encodings of shared sources where another experiment's stages stand beside these: a run knows each id once.
 */
export function modelStages(
  experiment: string,
  { scale, device, microBatch, precision }: RunRequest,
  options: {
    readonly code: Table1Stages;
    readonly budget: Budget;
    readonly encode?: (task: TaskId) => Stage;
  },
): ModelStages {
  const { code, budget } = options;
  const { samplerSteps, guidance, expectedSeconds, gigaflop } = budget;
  const expected = (what: keyof typeof expectedSeconds) => ({
    expectedSeconds: expectedSeconds[what],
    ...(gigaflop && { gigaflop: gigaflop[what] }),
  });
  const makers = {
    encode: stageMaker(experiment, code.encodeDataset),
    train: stageMaker(experiment, code.trainAdapter),
    score: stageMaker(experiment, code.generateAndScore, { with: [WRITE_SCORED] }),
  };

  const encodings = new Map<string, Stage>();
  const encode = (task: TaskId, sources: Sources = "shared"): Stage => {
    const id = encodeId(task, sources);
    const known = encodings.get(id) ?? (sources === "shared" ? options.encode?.(task) : undefined);
    if (known !== undefined) return known;
    const config: EncodeRequest = {
      scale,
      task,
      trainItems: budget.trainItems,
      validationItems: budget.validationItems,
      device,
      ...sourcesFields(sources),
    };
    const stage = makers.encode({
      id,
      title: `Encode the ${task} task's pairs${sources === "shared" ? "" : `, ${sources} sources`}`,
      config,
      parents: [],
      ...expected("encode"),
      async run(context) {
        const encodeDataset = await code.encodeDataset.load();
        context.write("report.json", JSON.stringify(await encodeDataset(config, context)));
      },
    });
    encodings.set(id, stage);
    return stage;
  };

  const train = (
    { name, title, variant, tasks, instructions, seed, form, recipe, sources, wordings }: ModelTraining,
  ): Stage => {
    const config: TrainRequest = {
      scale,
      variant,
      tasks,
      instructions,
      seed,
      steps: budget.steps,
      batch: budget.batch,
      recipe: { ...SCALES[scale].recipe, ...recipe },
      validateEvery: budget.validateEvery,
      validateItems: budget.validateItems,
      samplerSteps,
      guidance,
      device,
      ...formFields(form),
      ...microBatchFields(microBatch ?? SCALES[scale].microBatch),
      ...precisionFields(precision),
    };
    return makers.train({
      id: trainId(name, seed),
      title: `Train ${title}, seed ${seed}`,
      kind: "training",
      config,
      parents: [...tasks.map((task) => encode(task, sources)), ...(wordings?.values() ?? [])],
      ...expected("train"),
      async run(context) {
        const trainAdapter = await code.trainAdapter.load();
        const of = (stage: Stage) => context.input(stage.id);
        const inputs: TrainInputs = {
          datasets: new Map(tasks.map((task) => [task, of(encode(task, sources))])),
          ...(wordings
            ? { instructions: new Map([...wordings].map(([task, stage]) => [task, of(stage)])) }
            : {}),
        };
        context.write("report.json", JSON.stringify(await trainAdapter(config, inputs, context)));
      },
    });
  };

  const score = ({ row, model, instructions, task, seed, adapter, form }: ModelScoring): Stage => {
    const config: ScoreRequest = {
      scale,
      row,
      model,
      task,
      instructions,
      seed,
      items: budget.validationItems,
      samplerSteps,
      guidance,
      galleryItems: budget.galleryItems,
      device,
      ...formFields(form),
    };
    return makers.score({
      id: scoreId(row, task, seed),
      title: `Generate and score ${task} with ${row}, seed ${seed}`,
      config,
      parents: adapter === undefined ? [encode(task)] : [encode(task), adapter],
      ...expected("score"),
      async run(context) {
        const generateAndScore = await code.generateAndScore.load();
        const inputs = {
          dataset: context.input(encode(task).id),
          adapter: adapter === undefined ? undefined : context.input(adapter.id),
        };
        writeScored(await generateAndScore(config, inputs, context), config, context);
      },
    });
  };
  return { encode, train, score };
}

/** The budget of a request. */
export const budgetOf = ({ scale, budget }: RunRequest): Budget => SCALES[scale].budgets[budget];
