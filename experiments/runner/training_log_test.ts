import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecords, stepOf } from "../../lib/tensorboard/mod.ts";
import { trainingLog, type Watched } from "./training_log.ts";

const PICTURE = { width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };

/** A folder, and a clock of half a second a reading. */
function withFolder(test: (folder: string, now: () => number) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "training-log-"));
  let time = 0;
  try {
    test(join(folder, "run"), () => time += 500);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const step = (number: number, more: Partial<Watched> = {}): Watched => ({
  loss: 1 / number,
  gradientNorm: number,
  learningRate: 1e-4,
  samples: 16,
  ...more,
});
const fails = (text: string) => assert.fail(text);
const lines = (folder: string) =>
  readFileSync(join(folder, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const eventSteps = (folder: string) =>
  readdirSync(folder).filter((name) => name.includes("tfevents")).sort().map((name) =>
    [...readRecords(readFileSync(join(folder, name)))].map(({ event }) => stepOf(event))
  );

Deno.test("trainingLog() writes a line and an event a step, with the step's own scores and the rate", () =>
  withFolder((folder, now) => {
    const log = trainingLog(folder, { notice: fails, now });
    const validation = [{ step: 2, task: "style", metric: "CLIP-P", mean: 0.25 }];
    log.show(1, 2, step(1, { validation }));
    log.show(2, 2, step(2, { validation }));
    log.showPictures(2, PICTURE);
    log.close();
    const [first, second] = lines(folder);
    assert.deepEqual(Object.keys(first), [
      "step",
      "time",
      "train/loss",
      "train/gradient_norm",
      "train/learning_rate",
    ]);
    assert.equal(second["validation/style/CLIP-P"], 0.25);
    assert.ok(second["train/samples_per_second"] > 0);
    assert.deepEqual(eventSteps(folder), [[0, 1, 2, 2]]);
  }));

Deno.test("trainingLog() shows 5000 steps of a long training at most, and every one with scores", () =>
  withFolder((folder, now) => {
    const log = trainingLog(folder, { notice: fails, now });
    const validation = [{ step: 7, task: "style", metric: "CLIP-P", mean: 0.25 }];
    for (let number = 1; number <= 12; number++) log.show(number, 20_000, step(number, { validation }));
    log.close();
    assert.deepEqual(lines(folder).map((line) => line.step), [4, 7, 8, 12]);
  }));

Deno.test("trainingLog() goes on behind a checkpoint: what was written after it is taken back, no step stands twice", () =>
  withFolder((folder, now) => {
    const first = trainingLog(folder, { notice: fails, now });
    for (let number = 1; number <= 7; number++) first.show(number, 10, step(number));
    first.close();
    // A kill in the middle of a write.
    appendFileSync(join(folder, "metrics.jsonl"), '{"step":8,"ti');
    appendFileSync(join(folder, "events.out.tfevents.000001"), Uint8Array.of(40, 0, 0));
    const second = trainingLog(folder, { notice: fails, now });
    for (let number = 5; number <= 10; number++) second.show(number, 10, step(number));
    second.close();
    assert.deepEqual(lines(folder).map((line) => line.step), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // The second file begins with its version and with the word that a session starts at step 5.
    assert.deepEqual(eventSteps(folder), [[0, 1, 2, 3, 4], [0, 5, 5, 6, 7, 8, 9, 10]]);
    const again = trainingLog(folder, { notice: fails, now });
    again.show(1, 10, step(1));
    again.close();
    assert.deepEqual(eventSteps(folder), [[0, 1]]);
  }));

Deno.test("trainingLog() tells once what it cannot write and ends no training", () =>
  withFolder((folder, now) => {
    writeFileSync(folder, "a file stands here");
    const told: string[] = [];
    const log = trainingLog(folder, { notice: (text) => told.push(text), now });
    log.show(1, 2, step(1));
    log.show(2, 2, step(2));
    log.close();
    assert.equal(told.length, 1);
    assert.match(
      told[0]!,
      /^Cannot write .*: a part of the path is a file, not a folder; the training goes on unwatched$/,
    );
  }));
