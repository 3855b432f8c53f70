/** Fig. 9 as data. */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { UseSize } from "../../setting/model_requests.ts";
import { type BudgetId, mainModel, type ScaleId } from "../../setting/scales.ts";
import { type ColouredRow, COMMITTED, INSTANT_STYLE, TARGETS, USE_ROWS } from "../uses/use_rows.ts";
import type { UseCase } from "../uses/use_stages.ts";

/** A row of the figure. */
type Fig9Case = UseCase & ColouredRow;

/** The experiment, as data. */
export const FIG9 = {
  id: "fig9",
  name: "Fig. 9",
  title: "Fig. 9: IPAdapter+ and IPAdapter-Instruct in all five uses",
  paper: "Fig. 9, Sec. 4.4",
  says:
    "IPAdapter+ leaks from the condition or drops what matters; with an instruction the use is controlled.",
  tasks: TASKS,
  cases: [
    { ...USE_ROWS.promptAlone, model: "joint", instructions: "random", adapterScale: 0 },
    {
      row: "ip-adapter-plus",
      label: "IPAdapter+",
      place: 2,
      model: "start",
      instructions: "none",
      adapterScale: 1,
    },
    {
      row: INSTANT_STYLE,
      label: "InstantStyle",
      place: 5,
      model: "start-style-layers",
      instructions: "none",
      adapterScale: 1,
      tasks: ["style"],
    },
    {
      row: COMMITTED,
      label: "IPAdapter-Instruct, committed",
      place: 6,
      model: "committed",
      instructions: "random",
      adapterScale: 1,
    },
    { ...USE_ROWS.single, model: "single", instructions: "random", adapterScale: 1 },
    { ...USE_ROWS.joint, model: "joint", instructions: "random", adapterScale: 1 },
    { row: TARGETS, label: "Target", place: 3, model: "target", instructions: "none", adapterScale: 1 },
  ],
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 40, galleryItems: 2 },
    full: { items: 200, galleryItems: 3 },
  },
} as const satisfies Experiment & {
  readonly cases: readonly Fig9Case[];
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** The cases of a scale: where no adapter is committed, Table 1's joint model is the main one. */
export const fig9Cases = (scale: ScaleId): readonly Fig9Case[] =>
  FIG9.cases.filter(({ model }) => model !== "committed" || mainModel(scale) === "committed");
