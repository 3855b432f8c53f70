import assert from "node:assert/strict";
import { fold, key, normal } from "../../../lib/engine/mod.ts";
import { FIRST_VAL_IDENTITY } from "../../../lib/tasks/mod.ts";
import {
  HELD_OUT_PERSONS,
  personProbeScores,
  type PersonSearch,
  personSearchScores,
  personSearchSpecs,
} from "./person_probe.ts";

const PERSONS = 30;
const HALF = 24;

/** Features of one picture of a person: half of them say who it is, the louder half is of the picture alone. */
function features(person: number, picture: string, options: { tells: boolean }): Float32Array {
  const who = normal(fold(key("who"), options.tells ? person : `${person} ${picture}`), HALF);
  const rest = normal(fold(key("rest"), person, picture), HALF).map((value) => 4 * value);
  return Float32Array.from([...who, ...rest]);
}

function invent(options: { tells: boolean }) {
  const known = Array.from({ length: 6 * FIRST_VAL_IDENTITY }, (_, i) => {
    const person = i % FIRST_VAL_IDENTITY;
    return { person, picture: features(person, `${i}`, options) };
  });
  const round = (name: string) =>
    Array.from({ length: PERSONS }, (_, i) => features(FIRST_VAL_IDENTITY + i, name, options));
  const search: PersonSearch<Float32Array> = {
    gallery: round("gallery"),
    queries: ["a", "b", "c", "d"].map(round),
  };
  return { known, search };
}

Deno.test("personProbeScores() finds unknown persons by what tells known ones apart, and by nothing else", async () => {
  const { known, search } = invent({ tells: true });
  const [found] = await personProbeScores(known, search);
  assert.ok(found!.value > 0.9, `${found!.value}`);
  assert.ok(personSearchScores(search)[0]!.value < 0.5);
  const blind = invent({ tells: false });
  const [chance] = await personProbeScores(blind.known, blind.search);
  assert.ok(chance!.value < 0.2, `${chance!.value}`);
});

Deno.test("personSearchSpecs() shows every held-out person in other views before other backgrounds, half of them treated", () => {
  const { gallery, queries } = personSearchSpecs(1000);
  assert.equal(gallery.length, HELD_OUT_PERSONS);
  assert.equal(new Set(gallery.map(({ identity }) => identity.id)).size, HELD_OUT_PERSONS);
  for (const { identity, treatment } of gallery) {
    assert.ok(identity.id >= FIRST_VAL_IDENTITY);
    assert.equal(treatment.treatment, "none");
  }
  for (const query of queries) {
    query.forEach((spec, i) => {
      const known = gallery[i]!;
      assert.equal(spec.identity.id, known.identity.id);
      assert.notEqual(spec.viewIndex, known.viewIndex);
      assert.notEqual(spec.background, known.background);
    });
  }
  const treated = queries.flat().filter(({ treatment }) => treatment.treatment !== "none");
  assert.equal(treated.length, queries.flat().length / 2);
});
