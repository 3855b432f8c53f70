/** Means with intervals as bars, and intervals as error bars around their means. */
import { type ErrorBars, seriesLook, type Trace } from "../plots/mod.ts";
import type { MeanInterval } from "./mean_interval.ts";

/** Half lengths up and down; none where there is no interval or no value. */
export function errorBars(values: readonly (MeanInterval | undefined)[]): ErrorBars {
  return {
    type: "data",
    symmetric: false,
    array: values.map((value) => value?.high == null ? 0 : value.high - value.mean),
    arrayminus: values.map((value) => value?.low == null ? 0 : value.mean - value.low),
  };
}

/** A bar: a category and its mean, if there is one. */
export interface IntervalBar {
  /** The category's name. */
  readonly label: string;
  /** Its mean. */
  readonly value: MeanInterval | undefined;
}

/** A mean with error bars as a bar trace over categories. */
export function intervalBars(
  name: string,
  bars: readonly IntervalBar[],
  look: { readonly colour: string; readonly showlegend: boolean; readonly axes?: object },
): Trace {
  const values = bars.map(({ value }) => value);
  return {
    type: "bar",
    name,
    legendgroup: name,
    showlegend: look.showlegend,
    ...look.axes,
    x: bars.map(({ label }) => label),
    y: values.map((value) => value?.mean ?? null),
    marker: { color: look.colour },
    error_y: errorBars(values),
  };
}

/** Series side by side, each in its colour of the palette, with a legend. `first`: how many colours other series of the figure have taken. */
export function intervalSeries(
  series: readonly { readonly name: string; readonly bars: readonly IntervalBar[] }[],
  { first = 0, axes = {} }: { first?: number; axes?: object } = {},
): Trace[] {
  return series.map(({ name, bars }, place) =>
    intervalBars(name, bars, { colour: seriesLook(first + place).colour, showlegend: true, axes })
  );
}
