/** Fig. 9 as data. */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import type { UseSize } from "../../setting/model_requests.ts";
import { type BudgetId, mainModel, type ScaleId } from "../../setting/scales.ts";
import { COMMITTED, INSTANT_STYLE, TARGETS } from "../uses/use_rows.ts";
import type { UseCase } from "../uses/use_stages.ts";

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
    { row: "text-only", model: "joint", instructions: "random", adapterScale: 0 },
    { row: "ip-adapter-plus", model: "start", instructions: "none", adapterScale: 1 },
    {
      row: INSTANT_STYLE,
      model: "start-style-layers",
      instructions: "none",
      adapterScale: 1,
      tasks: ["style"],
    },
    { row: COMMITTED, model: "committed", instructions: "random", adapterScale: 1 },
    { row: "single-task", model: "single", instructions: "random", adapterScale: 1 },
    { row: "instruct", model: "joint", instructions: "random", adapterScale: 1 },
    { row: TARGETS, model: "target", instructions: "none", adapterScale: 1 },
  ],
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 40, galleryItems: 2 },
    full: { items: 200, galleryItems: 3 },
  },
} as const satisfies Experiment & {
  readonly cases: readonly UseCase[];
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** The cases of a scale: where no adapter is committed, Table 1's joint model is the main one. */
export const fig9Cases = (scale: ScaleId): readonly UseCase[] =>
  FIG9.cases.filter(({ model }) => model !== "committed" || mainModel(scale) === "committed");
