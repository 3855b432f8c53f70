/** Places of small panels in rows and columns, as shares of a graphic. */

/** One panel: what its axes are called behind "x" and "y", and where they lie. */
export interface PanelPlace {
  /** "" for the first, then "2", "3", … */
  readonly suffix: string;
  /** From left to right. */
  readonly x: readonly [number, number];
  /** From below. */
  readonly y: readonly [number, number];
}

const BETWEEN_COLUMNS = 0.08;
const ROW_PIXELS = 230, HEAD_PIXELS = 90;
/** Room for a row's numbers and the next row's titles. */
const BETWEEN_ROWS = 62;

/** Places for `count` panels from the upper left, and the height of the figure in pixels. */
export function panelPlaces(
  count: number,
  columns: number,
): { readonly places: readonly PanelPlace[]; readonly height: number } {
  const rows = Math.ceil(count / columns);
  const inner = rows * ROW_PIXELS;
  const gap = rows === 1 ? 0 : BETWEEN_ROWS / inner;
  const tall = (1 - gap * (rows - 1)) / rows, wide = (1 - BETWEEN_COLUMNS * (columns - 1)) / columns;
  return {
    height: HEAD_PIXELS + inner,
    places: Array.from({ length: count }, (_, i) => {
      const left = (i % columns) * (wide + BETWEEN_COLUMNS);
      const top = 1 - Math.floor(i / columns) * (tall + gap);
      return { suffix: i === 0 ? "" : `${i + 1}`, x: [left, left + wide], y: [top - tall, top] };
    }),
  };
}
