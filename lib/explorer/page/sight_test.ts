import assert from "node:assert/strict";
import {
  cameraOf,
  decodeSight,
  encodeSight,
  flatSight,
  rangesOf,
  sameSight,
  solidSight,
  WHOLE,
  WHOLE_CAMERA,
} from "./sight.ts";

Deno.test("flatSight() keeps the centre and the shorter side, which rangesOf() gives back", () => {
  const sight = flatSight({ x: [-1, 3], y: [0.25, 0.75] });
  assert.deepEqual(sight, [1, 0.5, 0.25]);
  assert.deepEqual(rangesOf(sight, 9), { x: [0.75, 1.25], y: [0.25, 0.75] });
  assert.deepEqual(rangesOf(WHOLE, 2), { x: [-2, 2], y: [-2, 2] });
  assert.deepEqual(
    rangesOf(solidSight(WHOLE_CAMERA), 2),
    rangesOf(WHOLE, 2),
    "a camera says nothing of the plane",
  );
});

Deno.test("solidSight() keeps a camera, which cameraOf() gives back", () => {
  const camera = { eye: { x: 2, y: -1, z: 0.5 }, center: { x: 0.1, y: 0, z: 0 }, up: { x: 0, y: 1, z: 0 } };
  assert.deepEqual(cameraOf(solidSight(camera)), camera);
  assert.deepEqual(cameraOf([1, 0.5, 0.25]), WHOLE_CAMERA);
});

Deno.test("decodeSight() gives back what encodeSight() wrote, and the whole map where it makes no sense", () => {
  for (const sight of [WHOLE, [-0.123456, 1e-7, 0.002], solidSight(WHOLE_CAMERA)]) {
    assert.ok(sameSight(decodeSight(encodeSight(sight)), sight), String(sight));
  }
  for (const bad of ["", "1", "0_0_0", "0_0_-1", "a_b_c", "1__1", "0_0_1e99", "0_0_Infinity"]) {
    assert.deepEqual(decodeSight(bad), WHOLE, bad);
  }
});
