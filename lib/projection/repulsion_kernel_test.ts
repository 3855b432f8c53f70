import assert from "node:assert/strict";
import { key, normal, uniform } from "../engine/mod.ts";
import { repulsionKernel } from "./repulsion_kernel.ts";

Deno.test("repulsionKernel() sums forces and kernels over the list's first actors, whatever lies behind them", () => {
  const kernel = repulsionKernel(9);
  const { x, y, z, mass } = kernel.list;
  for (const length of [1, 3, 4, 5, 9]) {
    normal(key(1), 3 * x.length).forEach((value, i) => [x, y, z][i % 3]![Math.floor(i / 3)] = value);
    uniform(key(2), mass.length).forEach((value, i) => mass[i] = 1 + value);
    const [px, py, pz] = [0.25, -1.5, 2];
    const wanted = [0, 0, 0, 0];
    for (let n = 0; n < length; n++) {
      const away = [px - x[n]!, py - y[n]!, pz - z[n]!];
      const k = 1 / (1 + away.reduce((sum, d) => sum + d * d, 0));
      away.forEach((d, axis) => wanted[axis]! += mass[n]! * k * k * d);
      wanted[3]! += mass[n]! * k;
    }
    kernel.repel(px, py, pz, length);
    wanted.forEach((value, i) => assert.ok(Math.abs(kernel.sums[i]! - value) < 1e-6 * (1 + Math.abs(value))));
  }
  assert.throws(() => kernel.repel(0, 0, 0, 13), RangeError);
});
