/** The control figure as data: which models, instructed how, on how many conditions. */
import { TASKS } from "../../../lib/tasks/mod.ts";
import { ONE_HOT, PAPER_SOURCED } from "../ablations/record.ts";
import { FIXED, JOINT } from "../table1/rows.ts";
import { COMMITTED } from "../uses/use_rows.ts";
import type { ControlSize, ControlWordings } from "../../setting/control_requests.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { Variant } from "../../setting/model_requests.ts";
import type { BudgetId } from "../../setting/scales.ts";

/** Where a row's adapter comes from. */
export type AdapterSource =
  /** One of Table 1's trainings. */
  | { readonly from: "table1"; readonly variant: Variant }
  /** One of the ablations' trainings, by its row there. */
  | { readonly from: "ablations"; readonly row: string }
  /** The committed joint adapter, data/checkpoints/ip-adapter-instruct. */
  | { readonly from: "committed" }
  /** IPAdapter+, which all trainings start from. */
  | { readonly from: "start" };

/** A row: a model, instructed in one way. */
export interface ControlRow {
  readonly row: string;
  /** Its name in the figure. */
  readonly label: string;
  readonly adapter: AdapterSource;
  readonly wordings: ControlWordings;
}

/** The figure's form. */
export interface ControlRecord extends Experiment {
  readonly rows: readonly ControlRow[];
  readonly sizes: Readonly<Record<BudgetId, ControlSize>>;
  /** Conditions on the sheet of pictures. */
  readonly shown: ControlSize;
}

/** The committed adapter, whose pictures are shown and on which the statements are judged, instructed in free wordings. */
export const COMMITTED_FREE = "committed-free";

const JOINT_ADAPTER = { from: "table1", variant: { kind: "instruct" } } as const;

/** The experiment, as data. */
export const CONTROL = {
  id: "control",
  name: "Sec. 4.4",
  title: "One condition, five instructions: what each takes",
  paper: "Sec. 1, 3.1 and 4.4",
  says:
    "The instruction says how the condition is to be used. Fig. 1 and 9 show pictures; no number is given.",
  tasks: TASKS,
  rows: [
    { row: COMMITTED, label: "Committed", adapter: { from: "committed" }, wordings: "held-out" },
    {
      row: COMMITTED_FREE,
      label: "Committed, free wordings",
      adapter: { from: "committed" },
      wordings: "free",
    },
    { row: JOINT, label: "Table 1's joint model", adapter: JOINT_ADAPTER, wordings: "held-out" },
    { row: "instruct-free", label: "The same, free wordings", adapter: JOINT_ADAPTER, wordings: "free" },
    {
      row: FIXED,
      label: "Fixed instructions",
      adapter: { from: "table1", variant: { kind: "fixed" } },
      wordings: "fixed",
    },
    {
      row: ONE_HOT,
      label: "One-hot task, no text",
      adapter: { from: "ablations", row: ONE_HOT },
      wordings: "held-out",
    },
    {
      row: PAPER_SOURCED,
      label: "The paper's kind of sources",
      adapter: { from: "ablations", row: PAPER_SOURCED },
      wordings: "held-out",
    },
    { row: "ip-adapter-plus", label: "IPAdapter+", adapter: { from: "start" }, wordings: "none" },
  ],
  sizes: {
    smoke: { scenes: 2, portraits: 2 },
    quick: { scenes: 24, portraits: 16 },
    full: { scenes: 120, portraits: 80 },
  },
  shown: { scenes: 4, portraits: 3 },
} as const satisfies ControlRecord;
