/**
 * Sec. 3.5: scores over the scale λ of the adapter's residual. It speaks of the model as users have it: the committed joint adapter, or at a scale without one Table 1's joint model.
 *
 * encode-TASK, committed-adapter ── use-scale-λ-TASK-seedN ── scale-summary
 */
import { figureProgram } from "../figure_program.ts";
import { samplingNote } from "../../setting/scales.ts";
import { budgetOf } from "../model_stages.ts";
import { table1Finder } from "../table1/stages.ts";
import { useStages } from "../uses/use_stages.ts";
import { table1Code } from "../table1/model_code.ts";
import { measureUseCode } from "../uses/use_code.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import { scaleCurves } from "./curves.ts";
import type { Figure } from "../figure.ts";
import { SCALE_STATEMENTS } from "./statements.ts";
import { SCALE, scaleRow } from "./record.ts";
import { stageCode } from "../../runner/mod.ts";

/** The scales. */
export const figure: Figure = figureProgram({
  record: SCALE,
  statements: SCALE_STATEMENTS,
  content: { module: "experiments/figures/scale/statements.ts", type: "ScaleContent" },
  eachTask: true,
  budgetNote(request) {
    const { items } = SCALE.sizes[request.budget];
    return `${mainModelOf(request.scale).name}, ${samplingNote(budgetOf(request), items)} at each of ${
      SCALE.scales[request.budget].length
    } scales`;
  },
  stages: (request) =>
    useStages(SCALE.id, request, {
      cases: SCALE.scales[request.budget].map((adapterScale) => ({
        row: scaleRow(adapterScale),
        model: "committed",
        instructions: "random",
        adapterScale,
      })),
      size: SCALE.sizes[request.budget],
      code: measureUseCode(request),
      find: table1Finder(request, table1Code(request)),
    }),
  summary: stageCode("experiments/figures/scale/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 2,
  prepare: (request) => table1Code(request).checkDevice(request.device),
  paperScale: "trained",
  render: scaleCurves,
});
