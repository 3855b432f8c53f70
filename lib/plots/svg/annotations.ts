/** Boxes, lines, words and arrows of a layout as SVG. */
import type { Annotation, Shape } from "../figure_spec.ts";
import type { AxisScale } from "./axis_scale.ts";
import { dashes, element, px, words } from "./elements.ts";
import type { Area } from "./subplots.ts";

/** Where positions are counted from. */
export interface Frames {
  readonly area: Area;
  readonly scales: ReadonlyMap<string, AxisScale>;
  readonly ink: string;
}

function place(value: number | string, ref: string, { area, scales }: Frames, direction: "x" | "y"): number {
  if (ref === "paper") {
    return direction === "x"
      ? area.left + Number(value) * area.width
      : area.top + (1 - Number(value)) * area.height;
  }
  const scale = scales.get(ref);
  if (!scale) {
    throw new RangeError(`An annotation needs "paper" or an axis of the figure, got "${ref}"`);
  }
  return scale.place(value);
}

/** A box, an ellipse or a line. */
export function shapeSvg(shape: Shape, frames: Frames): string {
  const { xref = "x", yref = "y", fillcolor = "none" } = shape;
  const [x0, x1] = [place(shape.x0, xref, frames, "x"), place(shape.x1, xref, frames, "x")];
  const [y0, y1] = [place(shape.y0, yref, frames, "y"), place(shape.y1, yref, frames, "y")];
  const look = {
    fill: shape.type === "line" ? "none" : fillcolor,
    stroke: shape.line?.width === 0 ? undefined : shape.line?.color ?? frames.ink,
    "stroke-width": shape.line?.width ?? 1.5,
    "stroke-dasharray": dashes(shape.line?.dash),
  };
  if (shape.type === "line") {
    return element("path", { d: `M${px(x0)} ${px(y0)}L${px(x1)} ${px(y1)}`, ...look });
  }
  const [x, y, width, height] = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
  return shape.type === "rect"
    ? element("rect", { x, y, width, height, ...look })
    : element("ellipse", { cx: x + width / 2, cy: y + height / 2, rx: width / 2, ry: height / 2, ...look });
}

const ANCHORS = { left: "start", center: "middle", right: "end" } as const;
const ALIGNS = { top: 0, middle: 0.5, bottom: 1 } as const;

/** Words, with an arrow from their place to x, y where one is asked for. */
export function annotationSvg(annotation: Annotation, frames: Frames): string {
  const { xref = "x", yref = "y", showarrow, font } = annotation;
  const head = [place(annotation.x, xref, frames, "x"), place(annotation.y, yref, frames, "y")] as const;
  const look = {
    colour: font?.color ?? frames.ink,
    size: font?.size ?? 12,
    anchor: ANCHORS[annotation.xanchor ?? "center"],
    align: ALIGNS[annotation.yanchor ?? "middle"],
  };
  if (!showarrow) return words(annotation.text, head, look);
  const tail = [
    place(annotation.ax ?? 0, annotation.axref ?? xref, frames, "x"),
    place(annotation.ay ?? 0, annotation.ayref ?? yref, frames, "y"),
  ] as const;
  const stroke = annotation.arrowcolor ?? frames.ink;
  const angle = Math.atan2(head[1] - tail[1], head[0] - tail[0]);
  const wing = (turn: number) =>
    `${px(head[0] - 8 * Math.cos(angle + turn))} ${px(head[1] - 8 * Math.sin(angle + turn))}`;
  const line = `M${px(tail[0])} ${px(tail[1])}L${px(head[0] - 5 * Math.cos(angle))} ${
    px(head[1] - 5 * Math.sin(angle))
  }`;
  return element("path", { d: line, stroke, "stroke-width": 1.6, fill: "none" }) +
    element("path", { d: `M${px(head[0])} ${px(head[1])}L${wing(0.42)}L${wing(-0.42)}Z`, fill: stroke }) +
    (annotation.text === "" ? "" : words(annotation.text, tail, look));
}
