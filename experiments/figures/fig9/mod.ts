/**
 * Fig. 9: IPAdapter+ and IPAdapter-Instruct in all five uses, with what each takes and what leaks. Sec. 4.4 is about the paper's main model: here
 * the committed joint adapter, which was trained for longer than Table 1's. Beside them the prompt alone, InstantStyle for style, the targets, and
 * Table 1's joint and single-task models, which the caption of Fig. 6 speaks of.
 *
 * encode-TASK, committed-adapter, train-…-seedN ── use-ROW-TASK-seedN ── fig9-summary
 */
import { figureProgram } from "../figure_program.ts";
import { mainModel, samplingNote, trainingNote } from "../../setting/scales.ts";
import { budgetOf } from "../model_stages.ts";
import { table1Finder } from "../table1/stages.ts";
import { useStages } from "../uses/use_stages.ts";
import { table1Code } from "../table1/model_code.ts";
import { FIG9, fig9Cases } from "./record.ts";
import { USE_STATEMENTS } from "./statements.ts";
import { measureUseCode } from "../uses/use_code.ts";
import type { Figure } from "../figure.ts";
import { useGraphics } from "../uses/bars.ts";
import { stageCode } from "../../runner/mod.ts";

/** Fig. 9. */
export const figure: Figure = figureProgram({
  record: FIG9,
  statements: USE_STATEMENTS,
  content: { module: "experiments/figures/uses/uses.ts", type: "UsesContent" },
  eachTask: true,
  budgetNote(request) {
    const sizes = budgetOf(request);
    const beside = mainModel(request.scale) === "committed" ? "the committed joint adapter beside " : "";
    return `${beside}Table 1's models of ${trainingNote(sizes)}, ${
      samplingNote(sizes, FIG9.sizes[request.budget].items)
    }`;
  },
  stages: (request) =>
    useStages(FIG9.id, request, {
      cases: fig9Cases(request.scale),
      size: FIG9.sizes[request.budget],
      code: measureUseCode(request),
      find: table1Finder(request, table1Code(request)),
    }),
  summary: stageCode("experiments/figures/fig9/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 3,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "trained",
  render: useGraphics(FIG9.cases),
});
