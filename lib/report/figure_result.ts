/** What `reproduce figN` stores: result.json, described for other readers by results/figure.schema.json. */
import { capitalized } from "../instructions/template.ts";
import type { ClaimVerdict } from "./statement.ts";
import type { Provenance } from "./provenance.ts";
import type { ResultSetting } from "./result_setting.ts";

/** Version of the layout of a figure's result.json. */
export const FIGURE_SCHEMA = "ipadapter-instruct/figure/1";

/** The content of a figure's result.json. */
export interface FigureResult<Content = unknown> extends ResultSetting {
  /** Layout version. */
  readonly schema: typeof FIGURE_SCHEMA;
  /** Id of the experiment, e.g. "fig4". */
  readonly experiment: string;
  /** One line. */
  readonly title: string;
  /** What it shows, at which scale, with which seeds and budget. */
  readonly caption: string;
  /** Where it comes from. */
  readonly provenance: Provenance;
  /** The paper's statements with verdicts. */
  readonly claims: readonly ClaimVerdict[];
  /** What is shown; its form depends on the experiment. */
  readonly content: Content;
}

/** A result whatever its content. */
export type FigureEnvelope = FigureResult<unknown>;

/** A figure's files as `reproduce` wrote them. */
export interface StoredFigure<Content = unknown> {
  /** The content of result.json. */
  readonly result: FigureResult<Content>;
  /** Bytes of another file beside it. @throws UserError when it is not there. */
  read(name: string): Uint8Array;
}

/** What the intervals are over; several seeds are resampled like the items. */
export function intervalNote(seeds: readonly number[]): string {
  return `95 % intervals over items${seeds.length > 1 ? " and seeds" : ""}.`;
}

/** "Mini scale: …. Quick budget: …; seed 1.": the end of every caption. */
export function settingNote(
  result: Omit<ResultSetting, "tasks">,
): string {
  const { scale, scaleNote, budget, budgetNote, seeds } = result;
  return `${capitalized(scale)} scale: ${scaleNote}. ${capitalized(budget)} budget: ${budgetNote}; ` +
    `${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(", ")}`}.`;
}
