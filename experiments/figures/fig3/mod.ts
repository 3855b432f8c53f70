/** Fig. 3, projection: rendered from the parameter trees of both sizes. */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { architectureFigure } from "../architecture/architecture_figure.ts";
import { projectionDiagram } from "./projection_diagram.ts";
import { stageCode } from "../../runner/mod.ts";

/** The experiment, as data. */
export const FIG3 = {
  id: "fig3",
  name: "Fig. 3",
  title: "Fig. 3: the projection transformer and what the instruction adds to it",
  paper: "Fig. 3, Sec. 3.3",
  says:
    "The projection transformer gets a further attention to the instruction in each layer; all layers are residual.",
  tasks: TASKS,
} as const satisfies Experiment;

/** Fig. 3. */
export const figure = architectureFigure({
  record: FIG3,
  summary: stageCode("experiments/figures/fig3/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  diagram: projectionDiagram,
});
