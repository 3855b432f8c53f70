import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** A 256 × 256 matrix of 32-bit floats, in MB: the smallest thing of a step that would be missed if it were kept. */
const MATRIX = 256 * 256 * 4 / 1e6;

Deno.test("Training keeps nothing of its steps between the 1,000th and the 5,000th", async () => {
  const script = fileURLToPath(new URL("memory_growth.ts", import.meta.url));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script],
    stderr: "inherit",
  }).output();
  assert.ok(success);
  const { early, late, growth } = JSON.parse(new TextDecoder().decode(stdout));
  const figures = [early, late].map(({ step, megabytes }) => `${megabytes.toFixed(0)} MB at step ${step}`);
  console.log(`${figures.join(", ")}: ${(100 * growth).toFixed(1)} %`);
  assert.equal(late.step, 5000);
  // The allocators of a busy machine give memory back when they like; a matrix kept in every tenth step shows all the same.
  const kept = (late.megabytes - early.megabytes) / ((late.step - early.step) * MATRIX);
  assert.ok(kept < 0.1, `as if ${kept.toFixed(2)} matrices were kept of every step`);
});
