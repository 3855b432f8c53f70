/**
 * Fig. 2 and Fig. 3 are rendered from the same counts of the parameter trees of both sizes.
 *
 * count-parts ── figN-summary
 */
import { type Diagram, diagramSvg, type Graphic } from "../../../lib/plots/mod.ts";
import type { StoredFigure } from "../../../lib/report/mod.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { type StageCode, stageCode, stageMaker } from "../../runner/mod.ts";
import type { Figure } from "../figure.ts";
import { figureProgram } from "../figure_program.ts";
import type { Summarize } from "../figure_summary.ts";
import type { ArchitectureContent } from "./counted_parts.ts";

const COUNT = stageCode("experiments/figures/architecture/count_parts.ts", "countParts", {
  from: () => import("./count_parts.ts"),
});

/** How one of the figures is made of the counts. */
export interface ArchitectureFigure {
  readonly record: Experiment;
  readonly summary: StageCode<Summarize>;
  diagram(content: ArchitectureContent, caption: string): Diagram;
}

/** The figure. */
export function architectureFigure({ record, summary, diagram }: ArchitectureFigure): Figure {
  return figureProgram<ArchitectureContent>({
    record,
    statements: [],
    content: { module: "experiments/figures/architecture/counted_parts.ts", type: "ArchitectureContent" },
    paperScale: "untrained",
    budgetNote: () => "every parameter is counted, nothing is trained",
    stages: () => [
      stageMaker(record.id, COUNT)({
        id: "count-parts",
        title: "Count parameters",
        config: {},
        parents: [],
        expectedSeconds: 1,
        async run(context) {
          const count = await COUNT.load();
          context.write("parts.json", JSON.stringify(await count()));
        },
      }),
    ],
    summary,
    expectedSeconds: 1,
    render({ result }: StoredFigure<ArchitectureContent>): Graphic[] {
      const shown = diagram(result.content, result.caption);
      return [{
        kind: "diagram",
        id: result.experiment,
        caption: result.caption,
        width: shown.width,
        svg: (theme) => diagramSvg(shown, { theme }),
      }];
    },
  });
}
