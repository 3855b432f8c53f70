/** Block diagrams as data: boxes, sums, arrows, groups and a table, placed by hand; one function renders them as SVG. */
import { DIAGRAM_LOOKS, type DiagramRole } from "./palette.ts";
import { element, px, words } from "./svg/elements.ts";

/** A place in pixels from the upper left. */
export type Place = readonly [x: number, y: number];

/** A rounded box; the first line is bold, the others are small. */
export interface DiagramBox {
  /** Left, top, width, height. */
  readonly at: readonly [x: number, y: number, width: number, height: number];
  /** What it says. */
  readonly lines: readonly string[];
  /** What is done with its parameters. */
  readonly role: DiagramRole;
}

/** A line through places with a head at its end. */
export interface DiagramArrow {
  /** From tail to head. */
  readonly path: readonly Place[];
  /** Whether it is rendered as one arc over (negative: under) the straight line, by so many pixels. */
  readonly arc?: number;
  /** Beside its middle. */
  readonly label?: { readonly text: string; readonly at: Place };
  /** Colour of a role in place of the ink. */
  readonly role?: DiagramRole;
}

/** A dashed frame with a heading. */
export interface DiagramGroup {
  /** Left, top, width, height. */
  readonly at: readonly [x: number, y: number, width: number, height: number];
  /** Upper left, inside. */
  readonly title: string;
}

/** Free words. */
export interface DiagramText {
  /** Of the anchor, at mid-height. */
  readonly at: Place;
  /** May hold <b> and <br>. */
  readonly text: string;
  /** Pixels, default 11. */
  readonly size?: number;
  /** Default "start". */
  readonly anchor?: "start" | "middle" | "end";
}

/** A table; the first column is left, the others right. */
export interface DiagramTable {
  /** Upper left corner. */
  readonly at: Place;
  /** Widths of the columns. */
  readonly widths: readonly number[];
  /** Headings. */
  readonly head: readonly string[];
  /** Cells, and the role whose colour marks the row. */
  readonly rows: readonly {
    readonly role?: DiagramRole;
    readonly bold?: boolean;
    readonly cells: readonly string[];
  }[];
}

/** A diagram. */
export interface Diagram {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** On top. */
  readonly title: string;
  /** For readers who cannot see it. */
  readonly caption: string;
  /** Frames, rendered first. */
  readonly groups?: readonly DiagramGroup[];
  /** Boxes. */
  readonly boxes: readonly DiagramBox[];
  /** Arrows. */
  readonly arrows: readonly DiagramArrow[];
  /** Circles with a plus. */
  readonly sums?: readonly Place[];
  /** Words. */
  readonly texts?: readonly DiagramText[];
  /** Tables. */
  readonly tables?: readonly DiagramTable[];
  /** Where the legend of roles stands, if there is one. */
  readonly legend?: { readonly at: Place; readonly entries: readonly (readonly [DiagramRole, string])[] };
}

const SUM_RADIUS = 9;
const ROW = 19;

function boxSvg({ at: [x, y, width, height], lines, role }: DiagramBox): string {
  const { fill, stroke, dash } = DIAGRAM_LOOKS[role];
  const heights = lines.map((_, i) => i === 0 ? 16 : 13);
  let top = y + (height - heights.reduce((a, b) => a + b, 0)) / 2;
  const text = lines.map((line, i) => {
    const place: Place = [x + width / 2, top];
    top += heights[i] as number;
    return words(line, place, { colour: "#1b1f24", size: i === 0 ? 12.5 : 10.5, bold: i === 0, align: 0 });
  });
  return element("rect", {
    x,
    y,
    width,
    height,
    rx: 6,
    fill,
    stroke,
    "stroke-width": 1.4,
    "stroke-dasharray": dash,
  }) +
    text.join("");
}

function arrowSvg({ path, arc, label, role }: DiagramArrow, ink: string): string {
  const colour = role === undefined ? ink : DIAGRAM_LOOKS[role].stroke;
  const head = path.at(-1) as Place;
  const first = path[0] as Place;
  const before: Place = arc === undefined ? path.at(-2) as Place : [head[0], head[1] - arc];
  const angle = Math.atan2(head[1] - before[1], head[0] - before[0]);
  const wing = (turn: number) =>
    `${px(head[0] - 8 * Math.cos(angle + turn))} ${px(head[1] - 8 * Math.sin(angle + turn))}`;
  const end: Place = [head[0] - 5 * Math.cos(angle), head[1] - 5 * Math.sin(angle)];
  const line = arc === undefined
    ? `M${[...path.slice(0, -1), end].map(([x, y]) => `${px(x)} ${px(y)}`).join("L")}`
    : `M${px(first[0])} ${px(first[1])}C${px(first[0])} ${px(first[1] - arc)} ${px(head[0])} ${
      px(head[1] - arc)
    } ${px(end[0])} ${px(end[1])}`;
  return element("path", {
    d: line,
    fill: "none",
    stroke: colour,
    "stroke-width": 1.6,
    "stroke-linejoin": "round",
  }) +
    element("path", { d: `M${px(head[0])} ${px(head[1])}L${wing(0.42)}L${wing(-0.42)}Z`, fill: colour }) +
    (label ? words(label.text, label.at, { colour: ink, size: 11 }) : "");
}

function tableSvg({ at: [x, y], widths, head, rows }: DiagramTable, ink: string): string {
  const edges = widths.reduce<number[]>((all, width) => [...all, (all.at(-1) as number) + width], [x]);
  const cell = (text: string, column: number, top: number, bold: boolean) =>
    column === 0
      ? words(text, [x + 16, top + ROW / 2], { colour: ink, size: 11, anchor: "start", bold })
      : words(text, [(edges[column + 1] as number) - 6, top + ROW / 2], {
        colour: ink,
        size: 11,
        anchor: "end",
        bold,
      });
  const right = edges.at(-1) as number;
  const rule = (top: number) => `M${px(x)} ${px(top)}H${px(right)}`;
  const body = rows.map(({ role, bold = false, cells }, i) => {
    const top = y + (i + 1) * ROW + 3;
    const look = role === undefined ? undefined : DIAGRAM_LOOKS[role];
    return (look
      ? element("rect", {
        x: x + 1,
        y: top + 5,
        width: 10,
        height: 10,
        rx: 2,
        fill: look.fill,
        stroke: look.stroke,
      })
      : "") + cells.map((text, column) => cell(text, column, top, bold)).join("");
  });
  const bottom = y + (rows.length + 1) * ROW + 5;
  return head.map((text, column) => cell(text, column, y, true)).join("") + body.join("") +
    element("path", { d: rule(y + ROW + 1) + rule(bottom), stroke: ink, opacity: "0.5", fill: "none" });
}

/** The diagram as an SVG document. `theme` "page": words and arrows in the page's own text colour on a clear ground. */
export function diagramSvg(diagram: Diagram, options: { theme?: "paper" | "page" } = {}): string {
  const {
    width,
    height,
    title,
    caption,
    groups = [],
    boxes,
    arrows,
    sums = [],
    texts = [],
    tables = [],
    legend,
  } = diagram;
  const page = options.theme === "page";
  const ink = page ? "currentColor" : "#1b1f24";
  const parts = [
    page ? "" : `<rect width="${width}" height="${height}" fill="#fff"/>`,
    words(title, [16, 12], { colour: ink, size: 16, bold: true, anchor: "start", align: 0 }),
    ...groups.map(({ at: [x, y, w, h], title }) =>
      element("rect", {
        x,
        y,
        width: w,
        height: h,
        rx: 10,
        fill: "#7f7f7f",
        "fill-opacity": "0.07",
        stroke: ink,
        "stroke-opacity": "0.45",
        "stroke-dasharray": "6 4",
      }) + words(title, [x + 10, y + 6], { colour: ink, size: 11.5, anchor: "start", align: 0, bold: true })
    ),
    ...arrows.map((arrow) => arrowSvg(arrow, ink)),
    ...boxes.map(boxSvg),
    ...sums.map(([x, y]) =>
      element("circle", {
        cx: x,
        cy: y,
        r: SUM_RADIUS,
        fill: "#fff",
        stroke: "#1b1f24",
        "stroke-width": 1.4,
      }) +
      element("path", {
        d: `M${px(x - 5)} ${px(y)}h10M${px(x)} ${px(y - 5)}v10`,
        stroke: "#1b1f24",
        "stroke-width": 1.6,
      })
    ),
    ...texts.map(({ at, text, size = 11, anchor = "start" }) =>
      words(text, at, { colour: ink, size, anchor })
    ),
    ...tables.map((table) => tableSvg(table, ink)),
  ];
  let x = legend?.at[0] ?? 0;
  for (const [role, text] of legend?.entries ?? []) {
    const { fill, stroke, dash } = DIAGRAM_LOOKS[role];
    const y = (legend as { at: Place }).at[1];
    parts.push(
      element("rect", { x, y: y - 7, width: 20, height: 14, rx: 3, fill, stroke, "stroke-dasharray": dash }) +
        words(text, [x + 26, y], { colour: ink, size: 11, anchor: "start" }),
    );
    x += 48 + text.length * 6.4;
  }
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-label": caption,
    "font-family": "DejaVu Sans, Verdana, sans-serif",
    "font-size": 12,
    style: page ? "max-width:100%;height:auto" : undefined,
  }, parts.join(""));
}
