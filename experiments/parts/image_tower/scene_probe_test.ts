import assert from "node:assert/strict";
import { fold, key, normal, stream } from "../../../lib/engine/mod.ts";
import { FAMILIES, TREATMENTS } from "../../../lib/tasks/mod.ts";
import type { Score } from "../measurement.ts";
import { PLACE_NAMES, type SceneFacts } from "./scene_facts.ts";
import { largest, oneHot, type ProbedScenes, rSquared, sceneProbeScores } from "./scene_probe.ts";

const WIDTH = 48;

function inventFacts(seed: number): SceneFacts {
  const random = stream(fold(key("facts"), seed));
  const pair = () => [random.float(), random.float()] as const;
  return {
    position: [...pair(), random.float()],
    thingHue: pair(),
    placeHue: pair(),
    family: random.int(0, FAMILIES.length - 1),
    treatment: random.int(0, TREATMENTS.length - 1),
    place: random.int(0, PLACE_NAMES.length - 1),
  };
}

/** Scenes whose tokens mix all that is asked of them, with noise of the given strength, or hold the noise alone. */
function invent(first: number, count: number, options: { mixed: boolean; noise: number }): ProbedScenes {
  const facts = Array.from({ length: count }, (_, i) => inventFacts(first + i));
  const tokens = facts.map((each, i) => {
    const { position, thingHue, placeHue, family, treatment, place } = each;
    const told = [
      ...position,
      ...thingHue,
      ...placeHue,
      ...oneHot(family, FAMILIES.length),
      ...oneHot(treatment, TREATMENTS.length),
      ...oneHot(place, PLACE_NAMES.length),
    ];
    const token = normal(fold(key("noise"), first + i), WIDTH).map((value) => options.noise * value);
    if (!options.mixed) return token;
    told.forEach((value, at) => {
      const mixing = normal(fold(key("mixing"), at), WIDTH);
      for (let d = 0; d < WIDTH; d++) token[d]! += value * mixing[d]!;
    });
    return token;
  });
  return { tokens, facts };
}

const barred = (scores: readonly Score[]) => scores.filter(({ bar }) => bar);

Deno.test("sceneProbeScores() reads off tokens what they mix linearly, and nothing off tokens that know nothing", async () => {
  const told = { mixed: true, noise: 0.01 }, silent = { mixed: false, noise: 1 };
  const found = barred(await sceneProbeScores(invent(0, 400, told), invent(1000, 200, told)));
  assert.equal(found.length, 6);
  const chance = barred(await sceneProbeScores(invent(0, 400, silent), invent(1000, 200, silent)));
  found.forEach(({ name, value }, i) => {
    assert.ok(chance[i]!.value < 0.4, `${name} by chance: ${chance[i]!.value}`);
    assert.ok(value > chance[i]!.value + 0.4, `${name}: ${value} against ${chance[i]!.value}`);
  });
});

Deno.test("rSquared() is 1 for the truth, 0 for its mean, and below 0 for worse than that", () => {
  const truth = [[0, 1], [2, 3], [4, 8]];
  const score = (predicted: number[][]) => rSquared("x", { predicted, truth });
  assert.equal(score(truth).value, 1);
  assert.ok(Math.abs(score(truth.map(() => [2, 4])).value) < 1e-12);
  assert.ok(score(truth.map(([a, b]) => [-a!, -b!])).value < 0);
});

Deno.test("largest() finds the place that oneHot() marks", () => {
  for (let place = 0; place < 4; place++) assert.equal(largest(oneHot(place, 4)), place);
});
