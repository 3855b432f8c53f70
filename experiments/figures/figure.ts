/** What a table or figure of the paper is here: one module with its record, stages, statements and graphics. */
import type { Graphic, TableSpec } from "../../lib/plots/mod.ts";
import type { Finding, PaperItem, Provenance, StatementText } from "../../lib/report/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { ExperimentProgram } from "../setting/experiment.ts";

/** What every stored result tells. */
export interface StoredResult extends Finding {
  readonly tasks: readonly TaskId[];
  readonly seeds: readonly number[];
  readonly provenance: Provenance;
}

/** A stored result with what is shown of it. */
export interface ShownResult {
  readonly result: StoredResult;
  /** Plots, diagrams and sheets of pictures. */
  readonly graphics: readonly Graphic[];
  readonly tables: readonly TableSpec[];
}

/** Where an exported type stands. */
export interface TypeName {
  /** From the repository's root. */
  readonly module: string;
  readonly type: string;
}

/** A table or figure. */
export interface Figure extends ExperimentProgram {
  /** The type of its result's content; Table 1 has none. */
  readonly content?: TypeName;
  /** The paper's statements that its result decides on. */
  readonly statements: readonly StatementText[];
  /** A run that `reproduce` has written, without its graphics. @throws UserError when it is damaged or of another layout. */
  read(folder: string): StoredResult;
  /** The same with its graphics; no model runs. */
  show(folder: string): Promise<ShownResult>;
}

/** A figure's line in the list of all: its module is loaded when asked for. */
export interface FigureEntry {
  /** As given to `reproduce`, and the name of its folder of results. */
  readonly id: string;
  load(): Promise<{ readonly figure: Figure }>;
}

/** Loads figures of a list. @throws RangeError where a line names another figure than its module. */
export async function loadFigures(entries: readonly FigureEntry[]): Promise<Figure[]> {
  return await Promise.all(entries.map(async ({ id, load }) => {
    const { figure } = await load();
    if (figure.record.id !== id) {
      throw new RangeError(`The figure listed as ${id} needs that id, got ${figure.record.id}`);
    }
    return figure;
  }));
}

/** What the report says of a figure besides its results. */
export const itemOf = ({ record: { id, name, says, tasks }, statements }: Figure): PaperItem => ({
  id,
  name,
  says,
  tasks,
  statements,
});
