/** A figure as an experiment: its own stages, one summary, and graphics that are pure functions of the summary's files. */
import { UserError } from "../../lib/engine/errors.ts";
import { type Graphic, graphicHtml, graphicId, pageHtml, stillFile } from "../../lib/plots/mod.ts";
import {
  type FigureResult,
  figureText,
  readFigure,
  type StatementText,
  type StoredFigure,
} from "../../lib/report/mod.ts";
import type { Figure, TypeName } from "./figure.ts";
import type { Experiment, ExperimentProgram, RunRequest } from "../setting/experiment.ts";
import { type FigureHeading, type Summarize, writeFigure } from "./figure_summary.ts";
import { paperScaleNeeds } from "./paper_scale.ts";
import { type CodeEntry, type Stage, type StageCode, stageMaker } from "../runner/mod.ts";
import { SCALES } from "../setting/scales.ts";

/** A figure's record, and how its stages are made. */
export interface FigureProgram<Content> {
  readonly record: Experiment;
  /** The paper's statements that the summary judges. */
  readonly statements: readonly StatementText[];
  /** The name of `Content`, for the schema of its result. */
  readonly content: TypeName;
  /** What the budget means for this figure, one line. */
  budgetNote(request: RunRequest): string;
  /** The stages the summary reads, each once. */
  stages(request: RunRequest): readonly Stage[];
  /** Computes the findings from their outputs. */
  readonly summary: StageCode<Summarize>;
  readonly expectedSeconds: number;
  /** Whether it can show some of the tasks only; default no. */
  readonly eachTask?: boolean;
  readonly paperScale?: ExperimentProgram["paperScale"];
  /** What it reads at the paper's scale where that is less than a training does. */
  readonly paperReads?: (request: RunRequest) => Parameters<typeof paperScaleNeeds>[2];
  readonly prepare?: ExperimentProgram["prepare"];
  /** What is shown of its files; no model runs. */
  render(stored: StoredFigure<Content>): readonly Graphic[] | Promise<readonly Graphic[]>;
}

/** Writes result.json around a figure's findings. */
const ENVELOPE: CodeEntry = { module: "experiments/figures/figure_summary.ts", export: writeFigure.name };

/** The summary stage's id, one per figure, so that figures can follow one another. */
const summaryId = (experiment: string) => `${experiment}-summary`;

/** The program of a figure. */
export function figureProgram<Content>(figure: FigureProgram<Content>): Figure {
  const { record, statements, content, summary, expectedSeconds } = figure;
  const id = summaryId(record.id);
  return {
    record,
    statements,
    content,
    ...(figure.paperScale && { paperScale: figure.paperScale }),
    targets(request) {
      const { scale, budget, seeds, tasks } = request;
      if (!figure.eachTask && tasks.length < record.tasks.length) {
        throw new UserError(
          `Rendering ${record.id} needs all tasks, expected no --tasks, got ${tasks.join(",")}`,
        );
      }
      const config: FigureHeading = {
        experiment: record.id,
        title: record.title,
        scale,
        budget,
        scaleNote: SCALES[scale].note,
        budgetNote: figure.budgetNote(request),
        tasks,
        seeds,
      };
      const make = stageMaker(record.id, summary, { with: [ENVELOPE] });
      return [make({
        id,
        title: `Gather ${record.id}`,
        config,
        parents: figure.stages(request),
        expectedSeconds,
        run: async (context) => writeFigure(context, config, await summary.load()),
      })];
    },
    needs(request) {
      if (request.scale !== "paper") return undefined;
      if (figure.paperReads) return paperScaleNeeds(record.id, request, figure.paperReads(request));
      return figure.paperScale === "trained" ? paperScaleNeeds(record.id, request) : undefined;
    },
    prepare: (request) => figure.prepare?.(request) ?? Promise.resolve(),
    async collect(outputs) {
      const output = outputs.get(id);
      if (output === undefined) throw new RangeError(`Collecting ${record.id} needs the output of ${id}`);
      const files = new Map<string, Uint8Array | string>();
      for (const name of output.files) files.set(name, await output.bytes(name));
      const result = JSON.parse(await output.text("result.json")) as FigureResult<Content>;
      const graphics = await figure.render({ result, read: (name) => files.get(name) as Uint8Array });
      for (const graphic of graphics) {
        const { name, content } = await stillFile(graphic);
        files.set(name, content);
      }
      files.set(
        `${record.id}.html`,
        pageHtml({
          title: result.title,
          sections: graphics.map((graphic) => ({ id: graphicId(graphic), html: graphicHtml(graphic) })),
          interactive: graphics.some(({ kind }) => kind === "figure"),
        }),
      );
      return { files, text: figureText(result) };
    },
    read: (folder) => readFigure(folder).result,
    async show(folder) {
      const stored = readFigure<Content>(folder);
      return { result: stored.result, graphics: await figure.render(stored), tables: [] };
    },
  };
}
