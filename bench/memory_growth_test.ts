import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { MemoryGrowth } from "./memory_growth.ts";

/** What is kept of the steps shows in every run; garbage of the other thread, which no one can ask to be collected, in some. */
const RUNS = 3;

async function measured(): Promise<MemoryGrowth> {
  const script = fileURLToPath(new URL("memory_growth.ts", import.meta.url));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script],
    stderr: "inherit",
  }).output();
  assert.ok(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("Training takes no more memory after 5,000 steps than after 1,000", async () => {
  let least = Infinity;
  for (let run = 0; run < RUNS && !(least < 0.1); run++) {
    const { early, late, growth } = await measured();
    const figures = [early, late].map(({ step, megabytes }) => `${megabytes.toFixed(0)} MB at step ${step}`);
    console.log(`${figures.join(", ")}: ${(100 * growth).toFixed(1)} %`);
    assert.equal(late.step, 5000);
    least = Math.min(least, growth);
  }
  assert.ok(least < 0.1, `resident memory grew by ${(100 * least).toFixed(1)} % and more in ${RUNS} runs`);
});
