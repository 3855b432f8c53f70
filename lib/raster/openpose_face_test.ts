import assert from "node:assert/strict";
import { drawOpenposeFace } from "./openpose_face.ts";

Deno.test("drawOpenposeFace() draws three joints over two limbs in the annotator's colours, as large as the picture asks for", () => {
  const joints = { nose: [256, 300], rightEye: [196, 220], leftEye: [316, 220] } as const;
  for (const share of [1, 0.5]) {
    const scaled = ([x, y]: readonly [number, number]) => [share * x, share * y] as const;
    const { width, height, pixels } = drawOpenposeFace({
      nose: scaled(joints.nose),
      rightEye: scaled(joints.rightEye),
      leftEye: scaled(joints.leftEye),
    }, { width: 512 * share, height: 600 * share });
    const at = (x: number, y: number) => {
      const place = 3 * (Math.round(share * y) * width + Math.round(share * x));
      return [...pixels.subarray(place, place + 3)];
    };
    assert.deepEqual([width, height], [512 * share, 600 * share]);
    assert.deepEqual(at(...joints.nose), [255, 0, 0]);
    assert.deepEqual(at(...joints.rightEye), [170, 0, 255]);
    assert.deepEqual(at(...joints.leftEye), [255, 0, 255]);
    assert.deepEqual(at(226, 260), [51, 0, 153]);
    assert.deepEqual(at(286, 260), [153, 0, 153]);
    assert.deepEqual([at(256, 220), at(256, 320), at(180, 200)], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
    // Three discs of radius 4 have 147 pixels, two ellipses of half axes 50 and 4 at most 1,260.
    const drawn = pixels.reduce((sum, value, i) => sum + Number(i % 3 !== 1 && value > 0), 0) / 2;
    assert.ok(drawn > 900 * share ** 2 && drawn < 1500 * share ** 2, `${drawn}`);
  }
});

Deno.test("drawOpenposeFace() draws what lies inside when a joint lies outside, and no limb between joints of one place", () => {
  const { pixels } = drawOpenposeFace({ nose: [-20, 5], rightEye: [-20, 5], leftEye: [8, 5] }, {
    width: 16,
    height: 16,
  });
  assert.deepEqual([...pixels.subarray(3 * (5 * 16 + 8), 3 * (5 * 16 + 8) + 3)], [255, 0, 255]);
  assert.ok(pixels.every((value, i) => i % 3 !== 1 || value === 0));
});
