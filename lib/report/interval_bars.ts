/** Means with intervals as bars, and intervals as error bars around their means. */
import type { ErrorBars, Trace } from "../plots/mod.ts";
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

/** A mean with error bars as a bar trace over categories. */
export function intervalBars(
  name: string,
  bars: readonly { readonly label: string; readonly value: MeanInterval | undefined }[],
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
