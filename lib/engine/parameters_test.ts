import assert from "node:assert/strict";
import { UserError } from "./errors.ts";
import { filled, host, sizeOf } from "./host_array.ts";
import { combine, countParameters, leaf, loadStrict, partition, prefixed, scope } from "./parameters.ts";

const tree = { "down.0.weight": [2, 3], "down.0.bias": [2], "down.01.weight": [4], "downstream": [1] };

Deno.test("scope() undoes prefixed() and keeps to whole parts of a name", () => {
  assert.deepEqual(scope(prefixed(tree, "unet"), "unet"), tree);
  assert.deepEqual(scope(tree, "down.0"), { weight: [2, 3], bias: [2] });
  assert.deepEqual(Object.keys(scope(tree, "down")), ["0.weight", "0.bias", "01.weight"]);
  assert.deepEqual(scope(tree, "up"), {});
});

Deno.test("combine() undoes partition() and refuses a name that occurs twice", () => {
  const { trainable, frozen } = partition(tree, (name) => name.endsWith("weight"));
  assert.deepEqual(Object.keys(trainable), ["down.0.weight", "down.01.weight"]);
  assert.deepEqual(combine(trainable, frozen), tree);
  assert.throws(() => combine(tree, { downstream: [1] }), /"downstream" occurs twice/);
});

Deno.test("leaf() names what is missing and some of what is there", () => {
  assert.deepEqual(leaf(tree, "downstream"), [1]);
  assert.throws(
    () => leaf(tree, "down.1.weight"),
    /"down\.1\.weight": not there; the tree has down\.0\.weight/,
  );
  assert.throws(() => leaf({}, "a"), /no leaves/);
});

Deno.test("countParameters() counts scalars of shapes and of arrays", () => {
  assert.equal(countParameters(tree), 6 + 2 + 4 + 1);
  assert.equal(countParameters({ a: filled(0, [2, 3]), b: filled(0, []) }), 7);
});

Deno.test("loadStrict() returns the model's order and refuses anything but the model's names and shapes", () => {
  const shapes = { a: [2], b: [1, 3], c: [] };
  const [a, b, c] = [host([1, 2], [2]), host([1, 2, 3], [1, 3]), host([5], [])];
  const loaded = loadStrict({ c, b, a }, shapes, { what: "a model" });
  assert.deepEqual(Object.keys(loaded), ["a", "b", "c"]);
  assert.equal(loaded.b, b);
  const message = (state: Record<string, typeof a>) => {
    try {
      loadStrict(state, shapes, { what: "the adapter" });
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.message;
    }
    return "";
  };
  assert.equal(
    message({ a: host([1, 2, 3], [3]), b, d: a }),
    'Loading the adapter failed: "a" expected [2], got [3]; missing "c"; unexpected "d"',
  );
  const foreign = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, a]));
  assert.match(message({ a, b, c, ...foreign }), /unexpected "x0";.*unexpected "x9"; and 2 more$/);
});

Deno.test("host() checks the number of elements against the shape", () => {
  assert.equal(sizeOf([]), 1);
  assert.equal(host(Int32Array.of(1), []).dtype, "int32");
  assert.throws(() => host([1, 2], [3]), /expected 3 for \[3\], got 2/);
});
