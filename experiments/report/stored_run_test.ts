import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { sha256 } from "../../lib/hub/mod.ts";
import { FIGURE_SCHEMA } from "../../lib/report/mod.ts";
import { checkpointPath } from "../mini/checkpoints.ts";
import { storedRun } from "./stored_run.ts";

const PART = "data/checkpoints/base.safetensors";
const parts = { [PART]: "present" };

/** A folder of runs, with a function that stores one made with a base. */
async function inRuns(
  run: (figure: string, store: (name: string, base?: string) => void) => Promise<void> | void,
): Promise<void> {
  const figure = mkdtempSync(join(tmpdir(), "runs-"));
  try {
    await run(figure, (name, base = "present") => {
      mkdirSync(join(figure, name), { recursive: true });
      const result = { schema: FIGURE_SCHEMA, provenance: { dataFiles: { [PART]: base } } };
      writeFileSync(join(figure, name, "result.json"), JSON.stringify(result));
    });
  } finally {
    rmSync(figure, { recursive: true });
  }
}

Deno.test("storedRun() takes the longest finished run of a scale, and says where it looked when there is none", () =>
  inRuns((figure, store) => {
    mkdirSync(join(figure, "mini-full")); // begun, without a result
    assert.throws(() => storedRun(figure, { parts }), {
      name: "UserError",
      message: /mini-full, mini-quick, mini-smoke/,
    });
    for (const budget of ["smoke", "quick", "full"]) {
      store(`mini-${budget}`);
      assert.equal(storedRun(figure, { parts }), `${figure}/mini-${budget}`);
    }
    assert.throws(() => storedRun(figure, { scale: "paper", parts }), UserError);
    store("paper-smoke");
    assert.equal(storedRun(figure, { scale: "paper", parts }), `${figure}/paper-smoke`);
    assert.equal(storedRun(figure, { parts }), `${figure}/mini-full`);
  }));

Deno.test("storedRun() takes a smaller run of the present parts rather than a larger one of earlier parts, and that one where there is no other", () =>
  inRuns((figure, store) => {
    store("mini-full", "earlier");
    assert.equal(storedRun(figure, { parts }), `${figure}/mini-full`);
    store("mini-quick");
    assert.equal(storedRun(figure, { parts }), `${figure}/mini-quick`);
    store("mini-quick", "earlier");
    assert.equal(storedRun(figure, { parts }), `${figure}/mini-full`);
  }));

Deno.test("storedRun() compares with the parts in data/checkpoints where none are given", () =>
  inRuns((figure, store) => {
    store("mini-full", "earlier");
    store("mini-quick", sha256(readFileSync(checkpointPath("base"))));
    assert.equal(storedRun(figure), `${figure}/mini-quick`);
  }));

Deno.test("storedRun() refuses a run of another layout", () =>
  inRuns((figure, store) => {
    store("mini-quick");
    writeFileSync(join(figure, "mini-quick", "result.json"), '{"schema":"another/1"}');
    assert.throws(
      () => storedRun(figure, { parts }),
      /expected ipadapter-instruct\/figure\/1 or .*, got another\/1/,
    );
  }));
