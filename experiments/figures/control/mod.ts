/** What an instruction takes: one condition, five instructions, five pictures, and the matrix of what each has of the condition. */
import { stageCode } from "../../runner/mod.ts";
import { samplerNote, trainingNote } from "../../setting/scales.ts";
import type { Figure } from "../figure.ts";
import { figureProgram } from "../figure_program.ts";
import { budgetOf } from "../model_stages.ts";
import { TABLE1_CODE } from "../table1/model_code.ts";
import { table1Finder } from "../table1/stages.ts";
import { controlGraphics } from "./graphics.ts";
import { CONTROL } from "./record.ts";
import { controlStages } from "./stages.ts";
import { CONTROL_STATEMENTS } from "./statements.ts";

/** The control figure. */
export const figure: Figure = figureProgram({
  record: CONTROL,
  statements: CONTROL_STATEMENTS,
  content: { module: "experiments/figures/control/statements.ts", type: "ControlContent" },
  budgetNote(request) {
    const sizes = budgetOf(request);
    return `${samplerNote(sizes)}; Table 1's and the ablations' models have ${trainingNote(sizes)}`;
  },
  stages: (request) => controlStages(request, CONTROL, table1Finder(request, TABLE1_CODE)),
  summary: stageCode("experiments/figures/control/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 10,
  prepare: ({ device }) => TABLE1_CODE.checkDevice(device),
  render: controlGraphics,
});
