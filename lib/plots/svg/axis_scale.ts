/** From data to pixels along one axis, and the ticks that label it. */
import type { Axis, Datum } from "../figure_spec.ts";

/** A placed axis. */
export interface AxisScale {
  /** Pixel of a value; NaN where it has none. */
  place(value: Datum): number;
  /** Ticks inside the range. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Pixels per unit, or per category. */
  readonly unit: number;
  /** Pixels at the start and the end. */
  readonly pixels: readonly [number, number];
  /** Whether the values are names. */
  readonly category: boolean;
}

/** Steps that a short axis is asked for: up to 2.5 times as long ones are taken, and two numbers at least should remain. */
const FEWEST_STEPS = 5;

/** 1, 2 or 5 times a power of ten, about `count` of them over the span. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return (([1, 2, 5].find((step) => step * power >= rough * 0.999)) ?? 10) * power;
}

/** A number as short as its step allows. */
export function tickLabel(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (Math.abs(value) >= 1e5 && step >= 1000) {
    const [size, mark] = Math.abs(value) >= 1e9
      ? [1e9, "G"]
      : Math.abs(value) >= 1e6
      ? [1e6, "M"]
      : [1e3, "k"];
    return `${Number((value / (size as number)).toFixed(2))}${mark}`;
  }
  const text = value.toFixed(Math.min(digits, 12));
  return Number(text) === 0 ? "0" : text.replace("-", "−");
}

/** What the axis must hold, in its own units: numbers, logarithms on a log axis. */
function extent(values: readonly number[], options: { zero: boolean; pad: boolean }): [number, number] {
  const finite = values.filter(Number.isFinite);
  let low = finite.length > 0 ? finite.reduce((a, b) => Math.min(a, b)) : 0;
  let high = finite.length > 0 ? finite.reduce((a, b) => Math.max(a, b)) : 1;
  if (options.zero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  if (!options.pad) return [low, high];
  const margin = 0.05 * (high - low);
  return [options.zero && low === 0 ? 0 : low - margin, options.zero && high === 0 ? 0 : high + margin];
}

/**
 * An axis over its values.
 *
 * @param values what must be visible; strings make it an axis of categories, in order of appearance.
 * @param options.pixels pixels of its start and end.
 * @param options.zero whether 0 must be visible, as for bars.
 * @param options.pad whether some room is left at the ends.
 */
export function axisScale(
  axis: Axis,
  values: readonly Datum[],
  options: { pixels: readonly [number, number]; zero?: boolean; pad?: boolean },
): AxisScale {
  const { pixels: [start, end], zero = false, pad = true } = options;
  const length = end - start;
  const category = axis.type === "category" ||
    (axis.type === undefined && values.some((value) => typeof value === "string"));
  const names = category ? [...new Set(values.filter((value) => value !== null).map(String))] : [];
  const log = axis.type === "log";
  const number = (value: Datum): number => {
    if (value === null) return NaN;
    if (category) return typeof value === "number" ? value : names.indexOf(value);
    return log ? Math.log10(Number(value)) : Number(value);
  };
  let [low, high] = axis.range ??
    (category ? [-0.5, names.length - 0.5] : extent(values.map(number), { zero: zero && !log, pad }));
  if (axis.autorange === "reversed") [low, high] = [high, low];
  const at = (position: number) => start + (position - low) / (high - low) * length;
  const inside = (position: number) =>
    position >= Math.min(low, high) - 1e-9 && position <= Math.max(low, high) + 1e-9;
  const positions: { position: number; label: string }[] = [];
  if (axis.tickvals) {
    axis.tickvals.forEach((value, i) =>
      positions.push({ position: number(value), label: axis.ticktext?.[i] ?? String(value) })
    );
  } else if (category) names.forEach((label, position) => positions.push({ position, label }));
  else {
    const span = Math.abs(high - low);
    const step = log
      ? Math.max(1, niceStep(span, 6))
      : niceStep(span, Math.max(FEWEST_STEPS, Math.abs(length) / 70));
    const first = Math.ceil(Math.min(low, high) / step - 1e-9);
    for (let i = first; i * step <= Math.max(low, high) + 1e-9 * step; i++) {
      const position = i * step;
      const label = log ? tickLabel(10 ** position, 10 ** position) : tickLabel(position, step);
      positions.push({ position, label });
    }
  }
  return {
    place: (value) => at(number(value)),
    ticks: positions.filter(({ position }) => inside(position)).map(({ position, label }) => ({
      at: at(position),
      label,
    })),
    unit: Math.abs(length / (high - low)),
    pixels: [start, end],
    category,
  };
}
