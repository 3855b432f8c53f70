/** Table 1's last stage: result.json, samples.jsonl, validation.jsonl and samples.png from all scores. */
import { key } from "../../../lib/engine/random.ts";
import type { Json } from "../../../lib/hub/mod.ts";
import {
  judgeAll,
  type MetricNote,
  resampleCells,
  RESULT_SCHEMA,
  type ResultSetting,
  ROW_FACTS,
  rowLabel,
  type SampleRow,
  sheetZoom,
  shownRows,
  TABLE1_ROWS,
  table1Cells,
  type Table1Result,
  type Table1Row,
  type TrainingRun,
  type ValidationPoint,
} from "../../../lib/report/mod.ts";
import { readGallery } from "../../setting/gallery.ts";
import { provenanceOf } from "../run_provenance.ts";
import type { Stage, StageContext } from "../../runner/stage.ts";
import type {
  CommittedReport,
  EncodeReport,
  GalleryItem,
  ScoreRequest,
  TrainReport,
  TrainRequest,
  Variant,
} from "../../setting/model_requests.ts";
import { FIXED, JOINT, SINGLE_TASK } from "./rows.ts";
import { TABLE1_STATEMENTS } from "./statements.ts";

/** What the summary takes besides the scores. */
export interface SummaryRequest extends ResultSetting {
  readonly [name: string]: Json;
  readonly resamples: number;
  /** MetricNote by metric name. */
  readonly metrics: Json;
}

/** The stages whose outputs are summarised. */
export interface SummaryParents {
  readonly encodings: readonly Stage[];
  readonly trainings: readonly Stage[];
  /** The committed adapter, where it was scored. */
  readonly committed: Stage | undefined;
  readonly scores: readonly Stage[];
}

const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row) + "\n").join("");
const reportOf = async <T>(context: StageContext, { id }: Stage) =>
  JSON.parse(await context.input(id).text("report.json")) as T;

/** The rows of the trainings' models. */
const ROWS: Readonly<Record<Variant["kind"], Table1Row>> = {
  single: SINGLE_TASK,
  instruct: JOINT,
  fixed: FIXED,
};

/** Of a training: a single-task model belongs to its task, a joint model to all. */
const trainingRow = ({ variant }: TrainRequest): Pick<TrainingRun, "row" | "task"> => ({
  row: ROWS[variant.kind],
  task: variant.kind === "single" ? variant.task : null,
});

/** Computes the summary. All its inputs are outputs of other stages, so it is the same whenever they are. */
export async function summarize(
  request: SummaryRequest,
  parents: SummaryParents,
  context: StageContext,
): Promise<void> {
  const { scale, budget, scaleNote, budgetNote, tasks, seeds, resamples, metrics } = request;
  const samples: SampleRow[] = [];
  for (const { id } of parents.scores) {
    samples.push(...JSON.parse(await context.input(id).text("samples.json")) as SampleRow[]);
  }
  context.progress(1, 4, "parts");

  const training: TrainingRun[] = [];
  const validation: ValidationPoint[] = [];
  for (const stage of parents.trainings) {
    const config = stage.config as TrainRequest;
    const { row, task } = trainingRow(config);
    const report = await reportOf<TrainReport>(context, stage);
    const { seconds } = context.input(stage.id);
    training.push({
      row,
      task,
      seed: config.seed,
      steps: report.steps,
      seconds,
      finalLoss: report.finalLoss,
    });
    validation.push(...report.validation.map((point) => ({ row, seed: config.seed, ...point })));
  }
  const committed = parents.committed && await reportOf<CommittedReport>(context, parents.committed);
  const hashes: string[] = [];
  for (const stage of parents.encodings) {
    hashes.push((await reportOf<EncodeReport>(context, stage)).datasetHash);
  }

  const resampled = resampleCells(samples, { key: key("table1"), resamples, rows: TABLE1_ROWS });
  context.progress(2, 4, "parts");
  const result: Table1Result = {
    schema: RESULT_SCHEMA,
    experiment: "table1",
    scale,
    budget,
    scaleNote,
    budgetNote,
    tasks,
    seeds,
    provenance: provenanceOf(context.ancestors, hashes),
    metrics: metrics as unknown as Readonly<Record<string, MetricNote>>,
    cells: table1Cells(resampled),
    claims: judgeAll(TABLE1_STATEMENTS, { resampled, training }),
    training,
    ...(committed ? { committed } : {}),
  };
  context.progress(3, 4, "parts");
  context.write("samples.jsonl", lines(samples));
  context.write("validation.jsonl", lines(validation));
  context.write("samples.png", await samplesPicture(result, { scores: parents.scores, samples }, context));
  context.write("result.json", JSON.stringify(result, null, 2) + "\n");
  context.progress(4, 4, "parts");
}

/** The labelled grid: per task and item the condition with its prompt, the target, and each model's output with its instruction. */
async function samplesPicture(
  result: Table1Result,
  { scores, samples }: { readonly scores: readonly Stage[]; readonly samples: readonly SampleRow[] },
  context: StageContext,
): Promise<Uint8Array> {
  const { scale, budget, scaleNote, budgetNote, seeds } = result;
  // The targets have a column of their own.
  const generating = shownRows(result).filter((row) => ROW_FACTS[row].of !== "targets");
  const { imageGridPng } = await import("../../../lib/plots/image_grid.ts");
  const first = scores.map((stage) => ({ stage, config: stage.config as ScoreRequest }))
    .filter(({ config }) => config.seed === seeds[0]);
  const rows = [], sides: number[] = [];
  for (const task of new Set(first.map(({ config }) => config.task))) {
    const galleries = new Map<string, GalleryItem[]>();
    for (const { stage, config } of first) {
      if (config.task === task) galleries.set(config.row, await readGallery(context.input(stage.id)));
    }
    // All rows show the same conditions and targets.
    const [[any, items]] = [...galleries] as [[string, GalleryItem[]]];
    for (const item of items) {
      sides.push(item.side);
      const picture = (pixels: Uint8Array) => ({ width: item.side, height: item.side, pixels });
      const sampleOf = (row: string): SampleRow => {
        const found = samples.find((each) =>
          each.row === row && each.task === task && each.index === item.index && each.seed === seeds[0]
        );
        if (found !== undefined) return found;
        throw new RangeError(`The picture of item ${item.index} by ${row} needs a sample, got none`);
      };
      rows.push({
        name: task,
        note: `item ${item.index}`,
        cells: [
          {
            images: [picture(item.condition)],
            captions: [{ text: `T: ${sampleOf(any).prompt}` }],
          },
          { images: [picture(item.target)] },
          ...generating.map((row) => {
            // None of a row that was not asked for.
            const found = galleries.get(row)?.find(({ index }) => index === item.index);
            const instruction = found === undefined ? "" : sampleOf(row).instruction;
            return {
              images: found === undefined ? [] : [picture(found.output)],
              captions: instruction === "" ? [] : [{ text: `I: ${instruction}` }],
            };
          }),
        ],
      });
    }
  }
  return await imageGridPng({
    title: `Table 1 at ${scale} scale, ${budget} budget: samples`,
    subtitle: `${scaleNote}; ${budgetNote}; seed ${seeds[0]}. T: prompt, I: instruction`,
    columns: ["Condition", "Target", ...generating.map((row) => rowLabel(result, row))],
    rows,
  }, { zoom: sheetZoom(Math.max(1, ...sides)) });
}
