/** A figure that `reproduce` has written, shown in a notebook. No model runs. */
import { type Displayable, displayed, type Drawing, drawingBundle, drawingId } from "../../lib/plots/mod.ts";
import { readFigure } from "../../lib/report/mod.ts";
import { FIGURES } from "./mod.ts";

function unknown(experiment: string): never {
  throw new RangeError(`showFigure() knows ${FIGURES.map(({ id }) => id).join(", ")}, got ${experiment}`);
}

/** A drawing that shows itself. */
export interface ShownDrawing extends Displayable {
  /** What is shown. */
  readonly drawing: Drawing;
}

/**
 * A stored figure, drawn, that shows itself at the end of a cell.
 *
 * @param folder such as `results/fig4/mini-quick`.
 * @param options.id which of its drawings, such as "fig4-rule"; by default the first.
 * @throws UserError when the folder holds no figure.
 * @throws RangeError when it has no drawing of that id.
 */
export async function showFigure(folder: string, options: { id?: string } = {}): Promise<ShownDrawing> {
  const { experiment } = readFigure(folder).result;
  const { figure } = await (FIGURES.find(({ id }) => id === experiment) ?? unknown(experiment)).load();
  const { drawings } = await figure.show(folder);
  const { id = drawingId(drawings[0] as Drawing) } = options;
  const drawing = drawings.find((each) => drawingId(each) === id);
  if (drawing === undefined) {
    throw new RangeError(`showFigure() knows ${drawings.map(drawingId).join(", ")} in ${folder}, got ${id}`);
  }
  return displayed({ drawing }, () => drawingBundle(drawing));
}
