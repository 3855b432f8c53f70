/** `reproduce`: from a command line to stages, files and a printed table. Model code is loaded only when a stage must run. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../lib/engine/errors.ts";
import { atomicWrite, checkWritable } from "../lib/hub/mod.ts";
import { type TaskId, TASKS } from "../lib/tasks/mod.ts";
import { listed, oneOf, readOptions, wholeNumber } from "./setting/command_line.ts";
import {
  DEVICES,
  type ExperimentProgram,
  type RunRequest,
  type TableExperiment,
} from "./setting/experiment.ts";
import { computedByJobs } from "./jobs/computed_by_jobs.ts";
import { deviceOf, EXECUTOR_HELP, EXECUTOR_OPTIONS, executorOf, slotsOf } from "./jobs/executor_options.ts";
import { localSlots } from "./jobs/local_slots.ts";
import { writePlan } from "./jobs/plan_file.ts";
import { configText, RUN_FILE, withConfig } from "./jobs/run_config.ts";
import { slurmSettings } from "./jobs/slurm_options.ts";
import { graphText, scriptsFor, type SubmitRequest } from "./jobs/submit.ts";
import { type ExperimentEntry, STAGE_ENTRY } from "./jobs/workload.ts";
import {
  currentOrigin,
  plannedKeys,
  planStages,
  planText,
  progressDisplay,
  runStages,
} from "./runner/mod.ts";
import { PRECISIONS, usualPrecision } from "./setting/precision.ts";
import { BUDGET_IDS, SCALE_IDS, SCALES } from "./setting/scales.ts";
import type { Stage } from "./runner/stage.ts";

/** Where a run reads and writes besides files. */
export interface Console {
  out(text: string): void;
  /** Progress and errors. */
  err(line: string): void;
  /** Whether progress is shown on a terminal. */
  readonly terminal: boolean;
  /** Columns of tables. */
  readonly width: number;
  readonly signal: AbortSignal;
  /** Folder of derived files unless --cache says another. */
  readonly cacheFolder: string;
  /** Program that computes single stages of a plan with the same experiments; default that of all figures. */
  readonly stageEntry?: string;
  /** Stages of the mini scale that are computed at a time on the CPU unless --slots or --threads say; default one. */
  readonly usualSlots?: number;
}

const OPTIONS = {
  ...EXECUTOR_OPTIONS,
  scale: "value",
  budget: "value",
  seeds: "value",
  tasks: "value",
  rows: "value",
  models: "value",
  data: "value",
  "micro-batch": "value",
  precision: "value",
  out: "value",
  device: "value",
  cache: "value",
  retrain: "flag",
  "dry-run": "flag",
  json: "flag",
  list: "flag",
  config: "value",
  help: "flag",
} as const;

/** Options as read. */
type Asked = ReturnType<typeof readOptions<keyof typeof OPTIONS>>;

/** Stands for every experiment, one after another. */
const ALL = "all";

const MOST_SEEDS = 100;

/** The help text. */
export function helpText(experiments: readonly ExperimentEntry[]): string {
  return `deno task reproduce <${[...experiments.map(({ id }) => id), ALL].join("|")}> [options]

Trains, generates, scores and compares with the paper; figures sample from Table 1's trained models. "all" runs every experiment in turn;
deno task report then puts all results on one page. What was computed before is read from the cache; an interrupted run goes on
where it stopped.

  --scale mini|paper           models and data (default mini; paper needs real weights)
  --budget smoke|quick|full    how much is trained and measured (default quick): about 90 s, 10 min, hours on 2 cores
  --seeds N                    training seeds 1 to N (default: the budget's)
  --tasks a,b                  only these of ${TASKS.join(", ")}; the joint models are still trained on all
  --rows a,b                   of table1 only these rows, and what they need
  --models DIR                 paper scale: weights in diffusers' layout (default: the hub's cache; deno task models lists them)
  --data DIR                   paper scale: DIR/<task>/ holds each task's pairs, as deno task data build makes them
  --micro-batch N              paper scale: samples of a run of the training step, which divide the batch (default 1)
  --precision float32|half     paper scale: of the training step's products; weights stay float32 (default half on cuda, else float32)
  --out DIR                    where <experiment>/<scale>-<budget>/ is written (default results)
  --retrain                    train again although cached
  --device cpu|webgpu|cuda     where models run (default cpu)
  --cache DIR                  where computed stages are kept (default .cache)
${EXECUTOR_HELP}
  --dry-run                    print the plan: each stage, cached or not, why, expected time
  --config FILE                options by name from a JSON file, e.g. {"executor": "slurm", "partition": "gpu"}; those of the
                               command line go before
  --json                       print result.json (with --dry-run: the plan) to standard output and nothing else
  --list                       list the experiments
  --help                       this text

Examples:
  deno task reproduce table1
  deno task reproduce table1 --budget smoke --out /tmp/results
  deno task reproduce table1 --budget full --seeds 5
  deno task reproduce table1 --tasks style,face --dry-run
  deno task reproduce all --budget quick
  deno task reproduce table1 --budget full --seeds 5 --slots 8 --devices cuda:0,cuda:1,cuda:2,cuda:3,cuda:4,cuda:5,cuda:6,cuda:7
`;
}

function requested(
  program: ExperimentProgram,
  values: ReadonlyMap<keyof typeof OPTIONS, string>,
): RunRequest {
  const scale = oneOf("--scale", values.get("scale") ?? "mini", SCALE_IDS);
  const budget = oneOf("--budget", values.get("budget") ?? "quick", BUDGET_IDS);
  const seeds = values.get("seeds");
  const count = seeds === undefined
    ? SCALES[scale].budgets[budget].seeds
    : wholeNumber("--seeds", seeds, { low: 1, high: MOST_SEEDS });
  const chosen = values.get("tasks")?.split(",").map((task) =>
    oneOf("--tasks", task.trim(), program.record.tasks)
  );
  const tasks: readonly TaskId[] = program.record.tasks.filter((task) => chosen?.includes(task) ?? true);
  const device = deviceOf(values) ?? oneOf("--device", values.get("device") ?? "cpu", DEVICES);
  return {
    ...{ scale, budget, seeds: Array.from({ length: count }, (_, i) => i + 1), tasks, device },
    ...rowsOf(program, values.get("rows")),
    ...ofPaperScale({ scale, budget, device }, values),
  };
}

/** The rows that are asked for. @throws UserError where there are none to choose from, or not these. */
function rowsOf({ record }: ExperimentProgram, given: string | undefined): Pick<RunRequest, "rows"> {
  if (given === undefined) return {};
  const { rows } = record as Partial<TableExperiment>;
  if (rows === undefined) throw new UserError(`--rows chooses among a table's rows, ${record.id} has none`);
  const names = rows.map(({ row }) => row);
  return { rows: given.split(",").map((row) => oneOf("--rows", row.trim(), names)) };
}

/** What only the paper's scale takes. @throws UserError at the other one. */
function ofPaperScale(
  { scale, budget, device }: Pick<RunRequest, "scale" | "budget" | "device">,
  values: ReadonlyMap<keyof typeof OPTIONS, string>,
): Pick<RunRequest, "models" | "data" | "microBatch" | "precision"> {
  const [models, data, micro] = [values.get("models"), values.get("data"), values.get("micro-batch")];
  const named = (["models", "data", "micro-batch", "precision"] as const).find((name) => values.has(name));
  if (named !== undefined && scale !== "paper") {
    throw new UserError(`--${named} expects --scale paper, got --scale ${scale}`);
  }
  const { batch } = SCALES[scale].budgets[budget];
  const microBatch = micro === undefined
    ? undefined
    : wholeNumber("--micro-batch", micro, { low: 1, high: batch });
  if (microBatch !== undefined && batch % microBatch !== 0) {
    throw new UserError(`--micro-batch expects a divisor of the batch, ${batch}, got ${microBatch}`);
  }
  return {
    ...(models === undefined ? {} : { models: resolve(models) }),
    ...(data === undefined ? {} : { data: resolve(data) }),
    ...(microBatch === undefined ? {} : { microBatch }),
    ...(scale === "paper"
      ? { precision: oneOf("--precision", values.get("precision") ?? usualPrecision(device), PRECISIONS) }
      : {}),
  };
}

/** Runs the command line; exit code 0. @throws UserError for what the user can mend, Stopped when asked to stop. */
export async function reproduce(
  args: readonly string[],
  experiments: readonly ExperimentEntry[],
  console: Console,
): Promise<void> {
  const given = readOptions(args, OPTIONS);
  const config = given.values.get("config");
  const { flags, values, positionals } = config === undefined ? given : withConfig(given, config, OPTIONS);
  if (flags.has("help")) return console.out(helpText(experiments));
  if (flags.has("list")) {
    const programs = await Promise.all(experiments.map(({ load }) => load()));
    return console.out(
      programs.map(({ figure: { record: { id, title, paper } } }) => `${id}  ${title} (${paper})\n`).join(""),
    );
  }
  const [id, ...rest] = positionals;
  if (id === undefined) {
    throw new UserError(
      `reproduce expects an experiment, one of ${
        experiments.map((each) => each.id).join(", ")
      }, got none; see --help`,
    );
  }
  oneOf("reproduce", id, [...experiments.map((each) => each.id), ALL]);
  if (rest.length > 0) throw new UserError(`reproduce expects one experiment, got also "${rest.join(" ")}"`);
  if (id === ALL && flags.has("json")) {
    throw new UserError("reproduce all expects no --json: it has as many results as experiments");
  }
  for (const entry of experiments) {
    if (id !== ALL && id !== entry.id) continue;
    const { figure } = await entry.load();
    if (id === ALL) console.err(`== ${entry.id}: ${figure.record.title}`);
    await reproduceOne(figure, { flags, values, experiments }, console);
  }
}

/** One sentence: an experiment has no stages at the paper's scale, these have. */
async function notAtPaperScale(id: string, experiments: readonly ExperimentEntry[]): Promise<string> {
  const programs = await Promise.all(experiments.map(({ load }) => load()));
  const built = programs.flatMap(({ figure: { record, paperScale } }) => paperScale ? [record.id] : []);
  return `Running ${id} at paper scale is not built, expected ${
    listed(built)
  }, got ${id}; --scale mini has all`;
}

/** Runs one experiment as asked for. */
async function reproduceOne(
  program: ExperimentProgram,
  { flags, values, experiments }: Pick<Asked, "flags" | "values"> & {
    readonly experiments: readonly ExperimentEntry[];
  },
  console: Console,
): Promise<void> {
  const { id } = program.record;
  const request = requested(program, values);
  const targets = program.targets(request);
  const notBuilt = request.scale === "paper" && program.paperScale === undefined
    ? await notAtPaperScale(id, experiments)
    : undefined;
  const cacheFolder = resolve(values.get("cache") ?? console.cacheFolder);
  const force = ({ kind }: Stage) => flags.has("retrain") && kind === "training";

  const executor = executorOf(values, flags);
  const submission: SubmitRequest | undefined = executor === "slurm"
    ? {
      workload: id,
      name: id,
      request,
      cacheFolder,
      entry: console.stageEntry ?? STAGE_ENTRY,
      settings: slurmSettings(values),
    }
    : undefined;

  if (flags.has("dry-run")) {
    const plan = await planStages(targets, { cacheFolder, force });
    const brief = plan.map(({ stage, key, action, reason, expectedSeconds }) => ({
      id: stage.id,
      key,
      action,
      reason,
      expectedSeconds,
    }));
    if (flags.has("json")) return console.out(`${JSON.stringify(brief, null, 2)}\n`);
    console.out(planText(plan));
    if (submission !== undefined) {
      console.out(["", graphText(plan), ...scriptsFor(plan, submission)].join("\n"));
    }
    if (request.scale === "mini") return;
    if (program.paperScale !== "trained") {
      const lacking = notBuilt ?? program.needs?.(request);
      return console.out(lacking === undefined ? "" : `\n${lacking}\n`);
    }
    const { paperPlanText } = await import("./paper/plan_text.ts");
    console.out(`\n${paperPlanText(plan, request)}\n`);
    return;
  }
  const lacking = notBuilt ?? program.needs?.(request);
  if (lacking !== undefined) throw new UserError(lacking);

  // A smoke run is over before further processes have started.
  const many = request.scale === "mini" && request.device === "cpu" && request.budget !== "smoke";
  const slots = submission === undefined
    ? await slotsOf(values, many ? console.usualSlots : undefined)
    : undefined;
  const folder = join(values.get("out") ?? "results", id, `${request.scale}-${request.budget}`);
  await checkWritable(folder);
  await checkWritable(cacheFolder);
  if (submission !== undefined) {
    const plan = await planStages(targets, { cacheFolder, force });
    if (!await computedByJobs(plan, submission, { console, wait: flags.has("wait") })) return;
  }
  const display = progressDisplay({ write: console.err, terminal: console.terminal });
  const planPath = join(cacheFolder, "plans", `${id}-${randomUUID()}.json`);
  let prepared: Promise<void> | undefined;
  try {
    const outputs = await runStages(targets, {
      cacheFolder,
      force,
      signal: console.signal,
      onEvent: display.show,
      before: () => prepared ??= program.prepare(request),
      origin: () => currentOrigin(request.device),
      ...(slots && {
        async executor(plan) {
          await writePlan(planPath, { workload: id, request, cacheFolder, planned: plannedKeys(plan) });
          return localSlots({
            slots,
            plan: planPath,
            entry: console.stageEntry ?? STAGE_ENTRY,
            cacheFolder,
            signal: console.signal,
            onEvent: display.show,
          });
        },
      }),
    });
    display.close();
    const { files, text } = await program.collect(outputs, { width: console.width });
    for (const [name, content] of files) await atomicWrite(join(folder, name), content);
    if (
      ["config", ...Object.keys(EXECUTOR_OPTIONS)].some((option) =>
        values.has(option as keyof typeof OPTIONS)
      )
    ) {
      await atomicWrite(join(folder, RUN_FILE), configText({ flags, values }));
    }
    const result = files.get("result.json") ?? "";
    if (flags.has("json")) {
      console.out(typeof result === "string" ? result : new TextDecoder().decode(result));
    } else console.out(`${text}\nWritten to ${folder}: ${[...files.keys()].join(", ")}\n`);
  } finally {
    display.close();
    rmSync(planPath, { force: true });
  }
}
