/** From a stored figure to its drawings, by experiment. No model runs here: everything is in the files. */
import { type Diagram, diagramSvg, type Drawing } from "../plots/mod.ts";
import { ablationDrawings } from "./ablation_bars.ts";
import type { ArchitectureContent } from "./architecture.ts";
import { combinationDrawings } from "./combination_bars.ts";
import type { StoredFigure } from "./figure_result.ts";
import { injectionDiagram } from "./injection_diagram.ts";
import { instructionMaps } from "./instruction_maps.ts";
import { pictureSheet } from "./picture_sheet.ts";
import { projectionDiagram } from "./projection_diagram.ts";
import { rewordingDrawings } from "./rewording_bars.ts";
import { scaleCurves } from "./scale_curves.ts";
import { trainingCurves } from "./training_curves.ts";
import { useDrawings } from "./use_bars.ts";

function diagram(
  { result }: StoredFigure,
  draw: (content: ArchitectureContent, caption: string) => Diagram,
): Drawing[] {
  const drawn = draw(result.content as ArchitectureContent, result.caption);
  return [{
    kind: "diagram",
    id: result.experiment,
    caption: result.caption,
    width: drawn.width,
    svg: (theme) => diagramSvg(drawn, { theme }),
  }];
}

type Draw = (stored: StoredFigure) => readonly Drawing[] | Promise<readonly Drawing[]>;

const DRAWINGS: Readonly<Record<string, Draw>> = {
  fig2: (stored) => diagram(stored, injectionDiagram),
  fig3: (stored) => diagram(stored, projectionDiagram),
  fig4: instructionMaps,
  fig5: (stored) => [pictureSheet(stored)],
  fig6: useDrawings,
  fig7: trainingCurves,
  fig8: rewordingDrawings,
  fig9: useDrawings,
  fig10: combinationDrawings,
  scale: scaleCurves,
  ablations: ablationDrawings,
};

/** Ids of the figures that can be drawn from their files. */
export const DRAWN_FIGURES: readonly string[] = Object.keys(DRAWINGS);

/** Drawings of a stored figure. @throws RangeError for an experiment whose drawing is not known. */
export async function drawFigure(stored: StoredFigure): Promise<readonly Drawing[]> {
  const draw = DRAWINGS[stored.result.experiment];
  if (draw === undefined) {
    throw new RangeError(`drawFigure() knows ${DRAWN_FIGURES.join(", ")}, got ${stored.result.experiment}`);
  }
  return await draw(stored);
}
