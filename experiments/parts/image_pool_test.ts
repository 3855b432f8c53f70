import assert from "node:assert/strict";
import { key, stream } from "../../lib/engine/mod.ts";
import { loadBank, SIZE, treatmentOf, TREATMENTS } from "../../lib/tasks/mod.ts";
import { imagePool, randomView } from "./image_pool.ts";

Deno.test("a random view gives what it made of a colour", () => {
  const image = new Uint8Array(SIZE * SIZE * 3);
  const colour = [30, 128, 250];
  for (let i = 0; i < image.length; i++) image[i] = colour[i % 3]!;
  const view = new Float32Array(image.length);
  for (const seed of [1, 2, 3]) {
    const asSeen = randomView(image, view, {
      random: stream(key(seed)),
      augmentation: { smallestCrop: 0.7, colour: 0.2, mirror: true },
      caption: "a ball",
    });
    colour.forEach((value, c) => {
      const expected = asSeen(value / 127.5 - 1);
      for (const pixel of view.subarray(c * SIZE * SIZE, (c + 1) * SIZE * SIZE)) {
        assert.ok(Math.abs(pixel - expected) < 1e-5, `${pixel}, ${expected}`);
      }
    });
    assert.notEqual(asSeen(0), 0);
  }
});

Deno.test("an image pool labels what its images have, and nothing else", async () => {
  const { truths, labels, images, captions } = imagePool(await loadBank(), 5, { count: 6, portraits: 3 });
  assert.deepEqual([truths.length, images.length, captions.length], [9, 9, 9]);
  assert.ok(truths.slice(6).every(({ kind }) => kind === "portrait"));
  truths.forEach((truth, i) => {
    assert.equal(labels.person[i]! >= 0, truth.kind === "portrait");
    assert.equal(labels.family[i]! >= 0, truth.kind === "scene");
    assert.equal(TREATMENTS[labels.treatment[i]!], treatmentOf(truth));
  });
});
