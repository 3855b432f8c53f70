/** A figure that `reproduce` has written, shown in a notebook. No model runs. */
import { type Displayable, displayed, type Graphic, graphicBundle, graphicId } from "../../lib/plots/mod.ts";
import { readFigure } from "../../lib/report/mod.ts";
import { FIGURES } from "./mod.ts";

function unknown(experiment: string): never {
  throw new RangeError(`showFigure() knows ${FIGURES.map(({ id }) => id).join(", ")}, got ${experiment}`);
}

/** A graphic that shows itself. */
export interface ShownGraphic extends Displayable {
  /** What is shown. */
  readonly graphic: Graphic;
}

/**
 * A stored figure, rendered, that shows itself at the end of a cell.
 *
 * @param folder such as `results/fig4/mini-quick`.
 * @param options.id which of its graphics, such as "fig4-rule"; by default the first.
 * @throws UserError when the folder holds no figure.
 * @throws RangeError when it has no graphic of that id.
 */
export async function showFigure(folder: string, options: { id?: string } = {}): Promise<ShownGraphic> {
  const { experiment } = readFigure(folder).result;
  const { figure } = await (FIGURES.find(({ id }) => id === experiment) ?? unknown(experiment)).load();
  const { graphics } = await figure.show(folder);
  const { id = graphicId(graphics[0] as Graphic) } = options;
  const graphic = graphics.find((each) => graphicId(each) === id);
  if (graphic === undefined) {
    throw new RangeError(`showFigure() knows ${graphics.map(graphicId).join(", ")} in ${folder}, got ${id}`);
  }
  return displayed({ graphic }, () => graphicBundle(graphic));
}
