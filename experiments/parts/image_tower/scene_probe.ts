/** Linear probes of scenes: how much of what an adapter may have to take a linear reader finds in the tokens that the adapter reads. */
import { FAMILIES, TREATMENTS } from "../../../lib/tasks/mod.ts";
import { meanScore } from "../bootstrap_score.ts";
import type { Bar, Score } from "../measurement.ts";
import { applyLinear, fitRidge } from "./ridge.ts";
import { PLACE_NAMES, type SceneFacts } from "./scene_facts.ts";

/** Penalty of the probes, in variances of a token's coordinate. */
const RIDGE = 0.5;
const BAR: Bar = { least: 0.9, items: 100 };

/** Scenes as a probe sees them. */
export interface ProbedScenes {
  /** All tokens of an image after one another, one vector an image. */
  readonly tokens: readonly Float32Array[];
  readonly facts: readonly SceneFacts[];
}

interface NumbersProbe {
  readonly name: string;
  of(facts: SceneFacts): readonly number[];
  /** Names of the numbers, where each is shown by itself too. */
  readonly each?: readonly string[];
}

interface ClassProbe {
  readonly name: string;
  readonly classes: number;
  of(facts: SceneFacts): number;
}

const NUMBERS: readonly NumbersProbe[] = [
  { name: "position of the thing", of: ({ position }) => position, each: ["x", "y", "size"] },
  { name: "hue of the thing", of: ({ thingHue }) => thingHue },
  { name: "hue of the place", of: ({ placeHue }) => placeHue },
];

const CLASSES: readonly ClassProbe[] = [
  { name: "family", classes: FAMILIES.length, of: ({ family }) => family },
  { name: "treatment", classes: TREATMENTS.length, of: ({ treatment }) => treatment },
  { name: "place", classes: PLACE_NAMES.length, of: ({ place }) => place },
];

/** 1 at `place`, 0 elsewhere. */
export function oneHot(place: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number(i === place));
}

/** Place of the largest number. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * R², one less the squared error over the variance, both summed over the numbers of a vector: 1 for a perfect prediction, 0 for the mean. The
 * interval is over the items' errors.
 */
export function rSquared(
  name: string,
  { predicted, truth }: { predicted: readonly ArrayLike<number>[]; truth: readonly ArrayLike<number>[] },
  options: { bar?: Bar } = {},
): Score {
  const count = truth.length;
  const squares = (others: (item: number, at: number) => number) =>
    truth.map((row, i) => Array.from(row).reduce((sum, value, at) => sum + (value - others(i, at)) ** 2, 0));
  const mean = Array.from(truth[0]!, (_, at) => truth.reduce((sum, row) => sum + row[at]! / count, 0));
  const variance = squares((_, at) => mean[at]!).reduce((sum, value) => sum + value / count, 0);
  return meanScore(name, [squares((i, at) => predicted[i]![at]!)], {
    ...options,
    of: (error) => 1 - error / variance,
  });
}

/** One column of rows, as rows. */
const column = (rows: readonly ArrayLike<number>[], at: number) => rows.map((row) => [row[at]!]);

/** Fits all probes on one set of scenes and scores them on another. */
export async function sceneProbeScores(fitted: ProbedScenes, heldOut: ProbedScenes): Promise<Score[]> {
  const targets = fitted.facts.map((facts) => [
    ...NUMBERS.flatMap((probe) => probe.of(facts)),
    ...CLASSES.flatMap((probe) => oneHot(probe.of(facts), probe.classes)),
  ]);
  const map = await fitRidge(fitted.tokens, targets, { ridge: RIDGE });
  const found = applyLinear(map, heldOut.tokens);
  let at = 0;
  /** The next `width` numbers of every prediction. */
  const next = (width: number) => {
    const first = at;
    at += width;
    return found.map((row) => row.subarray(first, at));
  };
  const scores: Score[] = [];
  for (const { name, of, each = [] } of NUMBERS) {
    const truth = heldOut.facts.map(of);
    const predicted = next(truth[0]!.length);
    scores.push(rSquared(`linear probe, ${name}, R²`, { predicted, truth }, { bar: BAR }));
    each.forEach((number, i) => {
      const one = { predicted: column(predicted, i), truth: column(truth, i) };
      scores.push(rSquared(`linear probe, ${name}, ${number} alone, R²`, one));
    });
  }
  for (const { name, classes, of } of CLASSES) {
    const right = next(classes).map((row, i) => Number(largest(row) === of(heldOut.facts[i]!)));
    scores.push(meanScore(`linear probe, ${name}, accuracy`, [right], { bar: BAR }));
  }
  return scores;
}
