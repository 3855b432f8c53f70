/** The last stage of a figure: one result.json in one form, whatever is rendered from it. */
import { FIGURE_SCHEMA, type FigureResult, type ResultSetting, settingNote } from "../../lib/report/mod.ts";
import type { BudgetId } from "../setting/scales.ts";
import type { Json } from "../../lib/hub/mod.ts";
import { provenanceOf } from "./run_provenance.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";

/** The envelope's part of a summary stage's configuration. */
export interface FigureHeading extends ResultSetting {
  readonly [name: string]: Json;
  readonly experiment: string;
  readonly title: string;
  readonly budget: BudgetId;
}

type Files = Readonly<Record<string, Uint8Array | string>>;

/** What a figure's own code adds. */
export interface FigureFindings {
  /** What is shown. */
  readonly content: unknown;
  /** What the figure shows; the setting is added to it. */
  readonly caption: string;
  /** SHA-256 of the data behind it. */
  readonly hashes: readonly string[];
  readonly claims?: FigureResult["claims"];
  /** Further files beside result.json, by name: e.g. sheets of pictures, rendered while their pixels are at hand. */
  readonly files?: (result: FigureResult) => Promise<Files> | Files;
}

/** Computes a figure's findings from the outputs of the stages before. */
export type Summarize = (
  context: StageContext,
  heading: FigureHeading,
  outputs: readonly StageOutput[],
) => Promise<FigureFindings>;

/** Runs a figure's summary and writes its files. */
export async function writeFigure(
  context: StageContext,
  heading: FigureHeading,
  summarize: Summarize,
): Promise<void> {
  const outputs = [...context.inputs.values()];
  const { content, caption, hashes, claims = [], files = () => ({}) } = await summarize(
    context,
    heading,
    outputs,
  );
  const { experiment, title, scale, budget, scaleNote, budgetNote, tasks, seeds } = heading;
  const result: FigureResult = {
    schema: FIGURE_SCHEMA,
    experiment,
    title,
    caption: `${caption} ${settingNote({ scale, scaleNote, budget, budgetNote, seeds })}`,
    scale,
    budget,
    scaleNote,
    budgetNote,
    tasks,
    seeds,
    provenance: provenanceOf(context.ancestors, hashes),
    claims,
    content,
  };
  const beside: Files = await files(result);
  for (const [name, bytes] of Object.entries(beside)) context.write(name, bytes);
  context.write("result.json", JSON.stringify(result, null, 2) + "\n");
}
