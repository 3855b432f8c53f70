import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { key, normal, uniform } from "../engine/mod.ts";
import { onDemandPackage } from "../hub/mod.ts";
import { REPULSION_MODULE, repulsionKernel } from "./repulsion_kernel.ts";

/** The part of wabt that is used. */
interface Wabt {
  parseWat(name: string, source: string, features: { simd: boolean }): {
    toBinary(options: object): { buffer: Uint8Array };
  };
}

Deno.test("repulsionKernel() holds what repulsion.wat assembles to", async () => {
  const source = readFileSync(new URL("repulsion.wat", import.meta.url), "utf8");
  const wabt = createRequire(join(await onDemandPackage("wabt"), "package.json"))("wabt") as () => Promise<
    Wabt
  >;
  const { buffer } = (await wabt()).parseWat("repulsion.wat", source, { simd: true }).toBinary({});
  assert.equal(btoa(String.fromCharCode(...buffer)), REPULSION_MODULE);
});

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
