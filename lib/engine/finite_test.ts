import assert from "node:assert/strict";
import { UserError } from "./errors.ts";
import { brokenTensor, checkFinite, NotFiniteError } from "./finite.ts";
import { host } from "./host_array.ts";

Deno.test("checkFinite() names the part and its broken tensor, or that the weights are sound", () => {
  const sound = { a: host([1, 2], [2]), ids: host(Int32Array.of(1), [1]) };
  const broken = { ...sound, b: host([1, -Infinity], [2]) };
  checkFinite(Float32Array.of(1, 2), "the decoder", { "the decoder": broken });
  const fails = (suspects: Record<string, typeof sound>, message: RegExp) =>
    assert.throws(() => checkFinite(Float32Array.of(1, NaN), "the decoder", suspects), (error) => {
      assert.ok(error instanceof NotFiniteError);
      assert.match(error.message, message);
      return true;
    });
  fails({}, /^Running the decoder failed: expected finite numbers, got NaN$/);
  fails({ "the decoder": sound }, /got NaN from finite weights, which grew beyond single precision$/);
  fails(
    { "the decoder": sound, "the LoRA": broken },
    /^Running the LoRA failed: .* got NaN: "b" holds -Infinity$/,
  );
  assert.equal(brokenTensor(sound), undefined);
});

Deno.test("UserError and NotFiniteError are one line, whatever they quote", () => {
  assert.equal(new UserError('got "a\n\tb\0\u2028"').message, 'got "a\\n\\tb\\u0000\\u2028"');
  assert.equal(new NotFiniteError("a\nb").message, "a\\nb");
});
