/** What colour a mark has, under each colouring, and what the legend says about it. */
import { mixColours } from "../../plots/mix_colours.ts";
import { SERIES } from "../../plots/palette.ts";
import type { Known, KnownPoint } from "./known_points.ts";
import type { Colouring } from "./view_state.ts";

/** Colours of points, and their legend: named ones, or a range. */
export interface Colours {
  /** By index. */
  readonly of: readonly string[];
  /** Named colours with the number of their points. */
  readonly named?: readonly { readonly name: string; readonly colour: string; readonly count: number }[];
  /** Ends of a range of values, low to high. */
  readonly range?: { readonly low: string; readonly high: string; readonly what: string };
}

/** Cividis (Nuñez, Anderton and Renslow 2018), which colour-blind readers see alike; light to dark grounds. */
export const RAMP = ["#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838"];
const OTHER = "#9aa0a6";
const NAMED = 6;

/** A colour of the ramp, `share` from 0 to 1. */
export function rampColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (RAMP.length - 1);
  const low = Math.min(RAMP.length - 2, Math.floor(at));
  return mixColours(RAMP[low]!, RAMP[low + 1]!, at - low);
}

function ranged(
  points: readonly KnownPoint[],
  value: (point: KnownPoint) => number,
  say: (value: number) => string,
  what: string,
): Colours {
  const sorted = points.map(value).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const low = at(0.02), high = at(0.98); // a few extremes must not flatten the rest
  return {
    of: points.map((point) => rampColour((value(point) - low) / (high - low || 1))),
    range: { low: say(low), high: say(high), what },
  };
}

function named(points: readonly KnownPoint[], name: (point: KnownPoint) => string): Colours {
  const counts = new Map<string, number>();
  for (const point of points) counts.set(name(point), (counts.get(name(point)) ?? 0) + 1);
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, NAMED);
  const colours = new Map(top.map(([own], i) => [own, SERIES[i]!.colour]));
  const rest = points.length - top.reduce((sum, [, count]) => sum + count, 0);
  return {
    of: points.map((point) => colours.get(name(point)) ?? OTHER),
    named: [
      ...top.map(([own, count]) => ({ name: own, colour: colours.get(own)!, count })),
      ...(rest > 0 ? [{ name: `${counts.size - top.length} others`, colour: OTHER, count: rest }] : []),
    ],
  };
}

/** Colours of all points. */
export function coloursOf({ tasks, points }: Pick<Known, "tasks" | "points">, by: Colouring): Colours {
  switch (by) {
    case "task": {
      const own = new Map(tasks.map(({ id, look }) => [id, look.colour]));
      return { of: points.map(({ task }) => own.get(task) ?? OTHER) };
    }
    case "length":
      return ranged(points, ({ words }) => words, (value) => `${value} words`, "length");
    case "margin":
      return ranged(
        points,
        ({ margin }) => margin,
        (value) => value.toFixed(2),
        "cosine to the own task less that to the next: low is ambiguous",
      );
    case "opening":
      return named(points, ({ opening }) => `“${opening} …”`);
    case "template":
      return named(points, ({ template }) => template);
  }
}
