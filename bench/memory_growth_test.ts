import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("Training takes no more memory after 5,000 steps than after 1,000", async () => {
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
  assert.ok(growth < 0.1, `resident memory grew by ${(100 * growth).toFixed(1)} %`);
});
