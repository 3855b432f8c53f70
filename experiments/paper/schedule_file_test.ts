import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { readSchedule } from "./schedule_file.ts";

const folder = mkdtempSync(join(tmpdir(), "schedule-"));
globalThis.addEventListener("unload", () => rmSync(folder, { recursive: true, force: true }));
const file = (content: unknown) => {
  const path = join(folder, "scheduler_config.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

Deno.test("readSchedule() takes the betas and the rest from the file, and what it leaves out from SD 1.5", () => {
  const sd = readSchedule(undefined);
  assert.equal(sd.config.steps_offset, 1);
  const own = readSchedule(
    file({ _class_name: "PNDMScheduler", beta_end: 0.02, steps_offset: 0, skip_prk_steps: true }),
  );
  assert.equal(own.config.steps_offset, 0);
  assert.equal(own.betas[0], sd.betas[0]);
  assert.ok(Math.abs(own.betas.at(-1)! - 0.02) < 1e-12);
});

Deno.test("readSchedule() says in one sentence what it cannot do", () => {
  const cases: [unknown, RegExp][] = [
    ["{", /expected JSON/],
    [[1], /expected an object/],
    [{ beta_start: "small" }, /expected beta_start to be a number, got small/],
    [{ prediction_type: "sample" }, /expected prediction_type to be epsilon or v_prediction, got "sample"/],
    [{ beta_schedule: "squaredcos_cap_v2" }, /beta_schedule scaled_linear or linear/],
    [{ rescale_betas_zero_snr: true }, /rescale_betas_zero_snr/],
  ];
  for (const [content, message] of cases) {
    assert.throws(() => readSchedule(file(content)), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
