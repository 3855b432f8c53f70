/** Elements of an SVG document as text. Coordinates are rounded to a tenth of a pixel: the same figure gives the same file. */
import { escapeHtml } from "../escape_html.ts";
import type { MarkerSymbol } from "../palette.ts";

/** A rounded coordinate. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** An element; undefined attributes are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  const list = Object.entries(attributes).filter(([, value]) => value !== undefined).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? px(value) : escapeHtml(value as string)}"`
  ).join("");
  return content === "" ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

/** Plotly's pseudo-HTML as lines of bold or plain text. */
function textLines(text: string): { text: string; bold: boolean }[] {
  return text.split(/<br\s*\/?>/i).map((line) => ({
    bold: /<b>/i.test(line),
    text: line.replace(/<\/?(?:b|i|sub|sup)>/gi, ""),
  }));
}

/** How words look. */
export interface TextLook {
  readonly size?: number;
  readonly colour: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
  /** Which part of the block stands at y: 0 its top, 0.5 its middle, 1 its bottom. */
  readonly align?: number;
  readonly rotate?: number;
}

/** Words at a place; <br> breaks lines, <b> makes a line bold. */
export function words(text: string, [x, y]: readonly [number, number], look: TextLook): string {
  const { size = 12, colour, bold = false, anchor = "middle", align = 0.5, rotate } = look;
  const lines = textLines(text);
  const height = size * 1.25;
  return lines.map((line, i) =>
    element("text", {
      x,
      y: y - align * height * lines.length + i * height + size * 0.95,
      "font-size": size === 12 ? undefined : size,
      fill: colour,
      "text-anchor": anchor === "start" ? undefined : anchor,
      "font-weight": bold || line.bold ? "bold" : undefined,
      transform: rotate === undefined ? undefined : `rotate(${rotate} ${px(x)} ${px(y)})`,
    }, escapeHtml(line.text))
  ).join("");
}

/** Strokes for dashed lines. */
export function dashes(dash: string | undefined): string | undefined {
  return dash === "dash" ? "7 4" : dash === "dot" ? "2 3" : undefined;
}

const polygon = (points: readonly (readonly [number, number])[], x: number, y: number, r: number) =>
  `M${points.map(([dx, dy]) => `${px(x + dx * r)} ${px(y + dy * r)}`).join("L")}Z`;

const CROSS: readonly (readonly [number, number])[] = [
  [-0.35, -1.1],
  [0.35, -1.1],
  [0.35, -0.35],
  [1.1, -0.35],
  [1.1, 0.35],
  [0.35, 0.35],
  [0.35, 1.1],
  [-0.35, 1.1],
  [-0.35, 0.35],
  [-1.1, 0.35],
  [-1.1, -0.35],
  [-0.35, -0.35],
];
const OUTLINES: Readonly<Record<Exclude<MarkerSymbol, "circle">, readonly (readonly [number, number])[]>> = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  "triangle-up": [[0, -1.15], [1.1, 0.8], [-1.1, 0.8]],
  "triangle-down": [[0, 1.15], [1.1, -0.8], [-1.1, -0.8]],
  cross: CROSS,
  x: CROSS.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2] as const),
  star: Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 === 0 ? 1.35 : 0.58, angle = Math.PI * (i / 5 - 0.5);
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  }),
};

/** Path of a marker of a diameter in pixels. */
export function markerPath(symbol: MarkerSymbol, [x, y]: readonly [number, number], size: number): string {
  const r = size / 2;
  if (symbol === "circle") {
    return `M${px(x - r)} ${px(y)}a${px(r)} ${px(r)} 0 1 0 ${px(2 * r)} 0a${px(r)} ${px(r)} 0 1 0 ${
      px(-2 * r)
    } 0Z`;
  }
  return polygon(OUTLINES[symbol], x, y, r);
}
