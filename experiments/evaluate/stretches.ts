/** What a part scored after each stretch of its training, kept beside its card: score against hours, so that anyone sees whether more training helps. */
import { atomicWrite } from "../../lib/hub/mod.ts";
import type { Evaluation } from "../parts/measurement.ts";

/** The scores with a bar of one checkpoint of a part. */
export interface Stretch {
  /** SHA-256 of the checkpoint, 16 hexadecimal digits. */
  readonly checkpoint: string;
  /** The data set that it was measured on; scores on others do not compare. */
  readonly data: string;
  /** How many trainings are behind the weights, each going on from the last; 1: trained anew. */
  readonly trainings: number;
  /** Hours of training behind the weights, all trainings together; absent where one of them is not recorded. */
  readonly hours?: number;
  /** Samples that these trainings have seen; absent likewise. */
  readonly samples?: number;
  readonly scores: Readonly<Record<string, number>>;
}

/** How long a training was. */
interface Length {
  readonly steps?: number;
  readonly batch?: number;
  readonly seconds?: number;
}

/** The sum, or undefined where one is not known. */
function total(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (sum, value) => sum === undefined || value === undefined ? undefined : sum + value,
    0,
  );
}

/** The stretch that ends with a measured checkpoint; `trainings` are all behind it, the first one first. */
export function stretchOf(
  { data, scores }: Pick<Evaluation, "data" | "scores">,
  { checkpoint, trainings }: { checkpoint: string; trainings: readonly Length[] },
): Stretch {
  const seconds = total(trainings.map((training) => training.seconds));
  const samples = total(
    trainings.map(({ steps, batch }) =>
      steps === undefined || batch === undefined ? undefined : steps * batch
    ),
  );
  return {
    checkpoint,
    data,
    trainings: trainings.length,
    ...(seconds === undefined ? {} : { hours: Math.round(seconds / 36) / 100 }),
    ...(samples === undefined ? {} : { samples }),
    scores: Object.fromEntries(
      scores.filter(({ bar }) => bar).map(({ name, value }) => [name, Number(value.toFixed(4))]),
    ),
  };
}

/** Earlier stretches and a new one; measuring a checkpoint again takes its old place. */
function withStretch(stretches: readonly Stretch[], added: Stretch): Stretch[] {
  return [...stretches.filter(({ checkpoint }) => checkpoint !== added.checkpoint), added];
}

/** Adds a stretch to a part's file. @returns all that is kept, the oldest first. */
export async function keepStretch(file: URL, added: Stretch): Promise<Stretch[]> {
  const path = decodeURIComponent(file.pathname);
  const kept = await Deno.readTextFile(path).then(
    (text) => JSON.parse(text) as Stretch[],
    (error) => {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    },
  );
  const all = withStretch(kept, added);
  await atomicWrite(path, new TextEncoder().encode(`${JSON.stringify(all, null, 2)}\n`));
  return all;
}

/** The stretches that compare: on the newest one's data, since the part was last trained anew. */
function comparable(stretches: readonly Stretch[]): readonly Stretch[] {
  const begun = stretches.findLastIndex(({ trainings }) => trainings === 1);
  return stretches.slice(Math.max(begun, 0)).filter(({ data }) => data === stretches.at(-1)?.data);
}

/** Rows and headings of the card's table. */
export function stretchRows(stretches: readonly Stretch[]): { headings: string[]; rows: string[][] } {
  const names = Object.keys(stretches.at(-1)?.scores ?? {});
  return {
    headings: ["hours", "samples", ...names],
    rows: comparable(stretches).map(({ hours, samples, scores }) => [
      hours?.toFixed(2) ?? "not recorded",
      samples?.toLocaleString("en") ?? "not recorded",
      ...names.map((name) => scores[name]?.toFixed(3) ?? ""),
    ]),
  };
}

/** Scores level off: the outlook follows those from this share of the samples on, the last three at the least. */
const RECENT = 1 / 4;

/** What a missed bar would take, by the line of least squares through the recent scores against the logarithm of the samples. */
export interface Outlook {
  /** How much the score rises with twice the samples. */
  readonly perDoubling: number;
  /** Where the line meets the bar, as fast as the trainings were; absent where it does not rise. */
  readonly met?: { readonly samples: number; readonly furtherHours: number };
}

/**
 * The outlook of one score, which has not met its bar; undefined for fewer than three stretches of known length, and where the line says that it
 * should have met it.
 */
export function outlookOf(
  stretches: readonly Stretch[],
  { name, least }: { readonly name: string; readonly least: number },
): Outlook | undefined {
  const known = comparable(stretches).flatMap(({ samples, hours, scores }) => {
    const score = scores[name];
    return samples && hours && score !== undefined ? [{ samples, hours, score, at: Math.log2(samples) }] : [];
  });
  const last = known.at(-1);
  if (!last || known.length < 3) return undefined;
  const points = known.filter(({ samples }, i) => samples >= RECENT * last.samples || i >= known.length - 3);
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [at, score] = [mean((point) => point.at), mean((point) => point.score)];
  const perDoubling = mean((point) => (point.at - at) * (point.score - score)) /
    mean((point) => (point.at - at) ** 2);
  if (!(perDoubling > 0)) return { perDoubling };
  const samples = 2 ** (at + (least - score) / perDoubling);
  if (samples <= last.samples) return undefined;
  return {
    perDoubling,
    met: { samples, furtherHours: (samples - last.samples) * last.hours / last.samples },
  };
}
