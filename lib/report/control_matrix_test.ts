import assert from "node:assert/strict";
import { type Aspect, ASPECTS } from "../tasks/mod.ts";
import {
  averagedOverNoises,
  COLUMN_RIVALS,
  CONTROL_PLACES,
  controlEntries,
  type ControlHeadline,
  controlHeadlines,
  type ControlPlace,
  isAsked,
  isLeft,
  SCORERS,
  targetSamples,
  withAnchors,
} from "./control_matrix.ts";
import { ANCHORS, controlModel, COUNTS, resampleModels } from "./testdata/control_samples.ts";

const headline = (taken: (place: ControlPlace) => number) =>
  controlHeadlines(resampleModels(controlModel("model", taken)), "model");

Deno.test("control is 1 of a perfect model, 0 of a deaf one and of one that copies, by oracle and judge alike", () => {
  for (const { mean, low, high } of headline((place) => Number(isAsked(place)))) {
    assert.ok(Math.abs(mean - 1) < 0.05 && low! > 0.9 && high! < 1.1, `${mean}`);
  }
  const deaf: Readonly<Record<Aspect, number>> = {
    everything: 0.5,
    look: 0.5,
    thing: 0.5,
    layout: 0.5,
    person: 0.5,
  };
  for (const { mean, low, high } of headline(({ aspect }) => deaf[aspect])) {
    assert.ok(Math.abs(mean) < 0.05 && low! < 0.05 && high! > -0.05, `${mean}`);
  }
  for (const { mean } of headline(() => 1)) assert.ok(Math.abs(mean) < 0.05);
  // A model that does the opposite is told from one that is deaf.
  for (const { mean } of headline((place) => Number(isLeft(place)))) assert.ok(mean < -0.9);
  assert.equal(headline(() => 1).length, SCORERS.length);
});

Deno.test("the judge's headline does not count layouts, which it does not see; the oracles' does", () => {
  const [oracle, judge] = headline((place) =>
    place.aspect === "layout" ? Number(isLeft(place)) : Number(isAsked(place))
  ).map(({ mean }) => mean) as [number, number];
  assert.ok(Math.abs(judge - 1) < 0.05, `${judge}`);
  assert.ok(oracle < 0.7, `${oracle}`);
});

Deno.test("controlEntries() are 0 of the prompt alone, 1 of the own tasks' targets, and what a model takes in between", () => {
  const alone = controlEntries(resampleModels(controlModel("alone", () => 0)), "alone");
  assert.equal(alone.length, SCORERS.length * CONTROL_PLACES.length);
  assert.ok(alone.every(({ mean }) => Math.abs(mean) < 0.05));
  const targets = controlEntries(resampleModels(targetSamples("target", ANCHORS)), "target");
  for (const place of CONTROL_PLACES) {
    for (
      const { mean } of targets.filter(({ task, aspect }) => task === place.task && aspect === place.aspect)
    ) {
      const all = place.task === "replication";
      assert.ok(Math.abs(mean - Number(isAsked(place) || all)) < 1e-9, JSON.stringify(place));
      assert.ok(!isLeft(place) || Math.abs(mean) < 1e-9);
    }
  }
  const third = controlEntries(
    resampleModels(controlModel("third", ({ task }) => task === "style" ? 1 / 3 : 0)),
    "third",
  );
  for (const { task, mean } of third) assert.ok(Math.abs(mean - (task === "style" ? 1 / 3 : 0)) < 0.05);
});

Deno.test("CONTROL_PLACES are where a kind of condition allows both the instruction and the column's own", () => {
  const has = (task: string, aspect: string) =>
    CONTROL_PLACES.some((place) => place.task === task && place.aspect === aspect);
  assert.ok(has("style", "thing") && has("style", "person") && has("face", "layout"));
  assert.ok(!has("face", "thing") && !has("object", "person"));
  assert.equal(CONTROL_PLACES.filter(isAsked).length, ASPECTS.length);
  assert.ok(
    COLUMN_RIVALS.every(({ own, other }) => isAsked(own) && !isAsked(other) && own.aspect === other.aspect),
  );
  assert.ok(COLUMN_RIVALS.every(({ other }) => other.task !== "replication"));
});

Deno.test("averagedOverNoises() leaves one sample of a condition, its scores the means, and intervals over the conditions alone", () => {
  const samples = controlModel("model", (place) => Number(isAsked(place)));
  const averaged = averagedOverNoises(samples);
  assert.equal(averaged.length, samples.length / 2);
  const alike = samples.filter(({ task, kind, index }) =>
    task === "face" && kind === "portrait" && index === 3
  );
  const [found] = averaged.filter(({ task, kind, index }) =>
    task === "face" && kind === "portrait" && index === 3
  );
  assert.ok(
    Math.abs(found!.scores["person"]! - (alike[0]!.scores["person"]! + alike[1]!.scores["person"]!) / 2) <
      1e-12,
  );
  const width = (noises: boolean) => {
    const [{ low, high }] = controlHeadlines(resampleModels(samples, { noises }), "model") as [
      ControlHeadline,
    ];
    return high! - low!;
  };
  assert.ok(width(true) < width(false));
});

Deno.test("withAnchors() refuses a picture whose condition has no anchor, and pairs kinds of the same index apart", () => {
  const samples = controlModel("model", () => 1);
  assert.throws(
    () => withAnchors(samples, ANCHORS.slice(1)),
    /needs the anchor .* got none for \["scene",0,1\]/,
  );
  const twice = [...samples, samples[0]!];
  assert.throws(() => resampleModels(twice), /twice/);
  // Scene 0 and portrait 0 are two conditions.
  const resampled = resampleModels(samples);
  assert.equal(resampled.items[resampled.place("model", "style", "look")!], COUNTS.scene + COUNTS.portrait);
  assert.equal(resampled.items[resampled.place("model", "style", "thing")!], COUNTS.scene);
});
