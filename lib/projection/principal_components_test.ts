import assert from "node:assert/strict";
import { key, normal } from "../engine/mod.ts";
import { principalComponents } from "./principal_components.ts";

/** A cloud with standard deviations 3, 2 and 0.1 along three orthogonal directions. */
function cloud() {
  const count = 2000, draws = normal(key(1), 3 * count), data = new Float64Array(3 * count);
  const [c, s] = [Math.cos(0.6), Math.sin(0.6)];
  for (let i = 0; i < count; i++) {
    const [a, b, z] = [3 * draws[3 * i]!, 2 * draws[3 * i + 1]!, 0.1 * draws[3 * i + 2]!];
    data.set([5 + c * a - s * b, s * a + c * b, z], 3 * i);
  }
  return { data, count, width: 3 };
}

Deno.test("principalComponents() finds the directions and shares of a rotated cloud", () => {
  const points = cloud();
  const { layout, shares, transform } = principalComponents(points);
  assert.ok(
    Math.abs(shares[0]! - 9 / 13.01) < 0.03 && Math.abs(shares[1]! - 4 / 13.01) < 0.03,
    shares.join(),
  );
  assert.equal(layout.width, 2);
  let product = 0, sum = 0;
  for (let i = 0; i < layout.count; i++) {
    product += layout.data[2 * i]! * layout.data[2 * i + 1]!;
    sum += layout.data[2 * i]!;
  }
  assert.ok(Math.abs(product / layout.count) < 1e-6 && Math.abs(sum) < 1e-6);
  assert.deepEqual(transform(points).data, layout.data);
});

Deno.test("principalComponents() throws when there are too few coordinates", () => {
  assert.throws(() => principalComponents({ data: [1, 2], count: 2, width: 1 }), /2 of 1/);
});
