import assert from "node:assert/strict";
import { UserError } from "../../lib/engine/mod.ts";
import { requireCompiler } from "./pytorch_side.ts";

Deno.test("requireCompiler() throws a UserError that names what to do when there is no C++ compiler", () => {
  assert.throws(
    () => requireCompiler("no-such-compiler"),
    (error) =>
      error instanceof UserError &&
      /needs a C\+\+ compiler as "no-such-compiler", got none; .* --mode eager/.test(error.message),
  );
});
