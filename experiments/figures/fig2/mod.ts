/** Fig. 2, injection: rendered from the parameter trees of both sizes. */
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { architectureFigure } from "../architecture/architecture_figure.ts";
import { injectionDiagram } from "./injection_diagram.ts";
import { stageCode } from "../../runner/mod.ts";

/** The experiment, as data. */
export const FIG2 = {
  id: "fig2",
  name: "Fig. 2",
  title: "Fig. 2: injection of the condition into the frozen U-Net",
  paper: "Fig. 2, Sec. 3.3",
  says:
    "A cross-attention to the image follows every one to the text. The original network stays frozen; only the new part is learned.",
  tasks: TASKS,
} as const satisfies Experiment;

/** Fig. 2. */
export const figure = architectureFigure({
  record: FIG2,
  summary: stageCode("experiments/figures/fig2/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  diagram: injectionDiagram,
});
