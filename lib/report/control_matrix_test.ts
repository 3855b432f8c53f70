import assert from "node:assert/strict";
import { key, normal } from "../engine/random.ts";
import { type Aspect, ASPECTS, TASK_RECORDS } from "../tasks/mod.ts";
import { resampleCells } from "./cells.ts";
import {
  COLUMN_RIVALS,
  CONTROL_PLACES,
  type ControlAnchor,
  controlEntries,
  controlHeadlines,
  type ControlPlace,
  type ControlSample,
  isAsked,
  isLeft,
  scoreName,
  SCORERS,
  targetSamples,
  withAnchors,
} from "./control_matrix.ts";

const COUNTS = { scene: 12, portrait: 8 } as const;
const SEEDS = [1, 2];

/** Scores of every aspect that a kind's conditions have: s_0 = 0.2, s_1 = 0.9, and of a picture that takes the given shares. */
function scored(kind: "scene" | "portrait", taken: (aspect: Aspect) => number, noise = 0) {
  return Object.fromEntries(
    ASPECTS.filter((aspect) => TASK_RECORDS.find(({ aspects }) => aspects.takes === aspect)?.takes[kind])
      .flatMap((aspect) =>
        SCORERS.map((scorer) => [scoreName(aspect, scorer), 0.2 + 0.7 * taken(aspect) + noise])
      ),
  );
}

const conditions = (["scene", "portrait"] as const).flatMap((kind) =>
  SEEDS.flatMap((seed) => Array.from({ length: COUNTS[kind] }, (_, index) => ({ kind, index, seed })))
);
const tasksOf = (kind: "scene" | "portrait") => TASK_RECORDS.filter(({ takes }) => takes[kind]);

const anchors: ControlAnchor[] = conditions.map(({ kind, index, seed }) => ({
  ...{ kind, index, seed, prompt: "a fox" },
  alone: scored(kind, () => 0),
  targets: Object.fromEntries(
    tasksOf(kind).map(({ id, aspects }) => [
      id,
      scored(kind, (aspect) => Number(aspects.takes === aspect || aspects.takes === "everything")),
    ]),
  ),
}));

/** A model that takes a share of every aspect under every instruction. */
const model = (row: string, taken: (place: ControlPlace) => number): ControlSample[] =>
  conditions.flatMap(({ kind, index, seed }) =>
    tasksOf(kind).map(({ id: task }) => ({
      ...{ row, task, kind, index, seed, instruction: "", prompt: "a fox" },
      scores: scored(
        kind,
        (aspect) => taken({ task, aspect }),
        normal(key(`${row}${task}${kind}${index}${seed}`), 1, { std: 0.02 })[0],
      ),
    }))
  );

const resample = (samples: readonly ControlSample[]) =>
  resampleCells(withAnchors(samples, anchors), { key: key(1), resamples: 200, stratum: ({ kind }) => kind });
const headline = (taken: (place: ControlPlace) => number) =>
  controlHeadlines(resample(model("model", taken)), "model");

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

Deno.test("controlEntries() are 0 of the prompt alone, 1 of the own tasks' targets, and what a model takes in between", () => {
  const alone = controlEntries(resample(model("alone", () => 0)), "alone");
  assert.equal(alone.length, SCORERS.length * CONTROL_PLACES.length);
  assert.ok(alone.every(({ mean }) => Math.abs(mean) < 0.05));
  const targets = controlEntries(resample(targetSamples("target", anchors)), "target");
  for (const entry of targets) {
    const all = entry.task === "replication";
    assert.ok(Math.abs(entry.mean - Number(isAsked(entry) || all)) < 1e-9, JSON.stringify(entry));
    assert.ok(!isLeft(entry) || Math.abs(entry.mean) < 1e-9);
  }
  const third = controlEntries(resample(model("third", ({ task }) => task === "style" ? 1 / 3 : 0)), "third");
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

Deno.test("withAnchors() refuses a picture whose condition has no anchor, and pairs kinds of the same index apart", () => {
  const samples = model("model", () => 1);
  assert.throws(
    () => withAnchors(samples, anchors.slice(1)),
    /needs the anchor .* got none for \["scene",0,1\]/,
  );
  const twice = [...samples, samples[0]!];
  assert.throws(() => resample(twice), /twice/);
  // Scene 0 and portrait 0 are two conditions.
  const resampled = resample(samples);
  assert.equal(resampled.items[resampled.place("model", "style", "look")!], COUNTS.scene + COUNTS.portrait);
  assert.equal(resampled.items[resampled.place("model", "style", "thing")!], COUNTS.scene);
});
