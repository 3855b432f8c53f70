/** Linear probe of persons: a map fitted on the training persons finds held-out persons again in another view. */
import { fold, key, stream } from "../../../lib/engine/mod.ts";
import { topOneHits } from "../../../lib/metrics/mod.ts";
import {
  type Bank,
  drawPortrait,
  drawPortraitSpec,
  FIRST_VAL_IDENTITY,
  IDENTITY_COUNT,
  poolOf,
  type PortraitSpec,
  type Rgb,
  VIEW_COUNT,
} from "../../../lib/tasks/mod.ts";
import { meanOver, meanScore } from "../bootstrap_score.ts";
import type { Bar, Score } from "../measurement.ts";
import { applyLinear, fitRidge } from "./ridge.ts";
import { oneHot } from "./scene_probe.ts";

/** Penalty of the probe, in variances of a token's coordinate. */
const RIDGE = 0.01;
/** Share of treated portraits in the fit. */
const TREATED = 0.5;
/** The queries of every person: whether they are treated. What they are sought among is not, as the face task's targets are not. */
const QUERIES = [false, true, false, true] as const;
/** Held-out persons. */
export const HELD_OUT_PERSONS = IDENTITY_COUNT - FIRST_VAL_IDENTITY;

/** A portrait of every held-out person, and several others of each to find it by. */
export interface PersonSearch<Picture> {
  readonly gallery: readonly Picture[];
  /** [query][person], in the order of the gallery. */
  readonly queries: readonly (readonly Picture[])[];
}

/** A portrait of a training person. */
export interface KnownPerson<Picture> {
  readonly picture: Picture;
  readonly person: number;
}

/** Portrait `n` of a person in a view: background, place and frame are drawn, the treatment with the given probability. */
function portraitOf(
  person: number,
  { n, view, treatedShare }: { n: number; view: number; treatedShare: number },
): PortraitSpec {
  const random = stream(fold(key("person probe"), person, n));
  return drawPortraitSpec(random, poolOf("pre", 0), { identity: person, view, treatedShare });
}

/** Portraits of the training persons, the views of each in turn. */
export function knownPersons(bank: Bank, count: number): KnownPerson<Rgb>[] {
  return Array.from({ length: count }, (_, i) => {
    const person = i % FIRST_VAL_IDENTITY;
    const n = Math.floor(i / FIRST_VAL_IDENTITY);
    const spec = portraitOf(person, { n, view: n % VIEW_COUNT, treatedShare: TREATED });
    return { picture: drawPortrait(bank.portraits, spec), person };
  });
}

/** True where neither background nor view nor place and frame are the same. */
function unlike(one: PortraitSpec, other: PortraitSpec): boolean {
  return one.background !== other.background && one.viewIndex !== other.viewIndex &&
    (["shift", "flip", "zoomed"] as const).some((aspect) => one.layout[aspect] !== other.layout[aspect]);
}

/** What the first `count` held-out persons are found by: queries are unlike the gallery's portrait in all but the person. */
export function personSearchSpecs(count: number): PersonSearch<PortraitSpec> {
  const gallery = Array.from({ length: Math.min(count, HELD_OUT_PERSONS) }, (_, i) => {
    const person = FIRST_VAL_IDENTITY + i;
    return portraitOf(person, { n: 0, view: person % VIEW_COUNT, treatedShare: 0 });
  });
  let n = 0;
  const queryFor = (known: PortraitSpec, treated: boolean): PortraitSpec => {
    for (;;) {
      n++;
      const spec = portraitOf(known.identity.id, { n, view: n % VIEW_COUNT, treatedShare: Number(treated) });
      if (unlike(spec, known)) return spec;
    }
  };
  return { gallery, queries: QUERIES.map((treated) => gallery.map((known) => queryFor(known, treated))) };
}

/** {@link personSearchSpecs} in pixels. */
export async function personSearch(bank: Bank, count: number): Promise<PersonSearch<Rgb>> {
  return await mapSearch(
    personSearchSpecs(count),
    (specs) => specs.map((spec) => drawPortrait(bank.portraits, spec)),
  );
}

/** The same with other pictures; `each` gives those of some pictures in their order and is called for one list after another. */
export async function mapSearch<From, To>(
  { gallery, queries }: PersonSearch<From>,
  each: (pictures: readonly From[]) => Promise<readonly To[]> | readonly To[],
): Promise<PersonSearch<To>> {
  const mapped = { gallery: await each(gallery), queries: [] as (readonly To[])[] };
  for (const query of queries) mapped.queries.push(await each(query));
  return mapped;
}

/** Top-1 of a person search among all persons by cosine, and of its plain and its treated queries alone. */
export function personSearchScores(
  { gallery, queries }: PersonSearch<Float32Array>,
  options: { bar?: Bar } = {},
): Score[] {
  const name = `linear probe, person, top-1 among ${gallery.length}`;
  const hits = queries.map((round) => topOneHits(round, gallery).map(Number));
  const of = (treated: boolean) => meanOver(hits.filter((_, query) => QUERIES[query] === treated));
  return [
    meanScore(name, [meanOver(hits)], options),
    meanScore(`${name}, untreated`, [of(false)]),
    meanScore(`${name}, treated`, [of(true)]),
  ];
}

/** Fits the map that tells the known persons and searches the others by what it gives, one vector of features a picture. */
export async function personProbeScores(
  known: readonly KnownPerson<Float32Array>[],
  search: PersonSearch<Float32Array>,
): Promise<Score[]> {
  const map = await fitRidge(
    known.map(({ picture }) => picture),
    known.map(({ person }) => oneHot(person, FIRST_VAL_IDENTITY)),
    { ridge: RIDGE },
  );
  return personSearchScores(await mapSearch(search, (features) => applyLinear(map, features)), {
    bar: { least: 0.8, items: HELD_OUT_PERSONS },
  });
}
