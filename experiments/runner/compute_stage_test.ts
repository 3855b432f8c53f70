import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolderWriter } from "../../lib/hub/mod.ts";
import { currentOrigin, planStages, type RunEvent, runStages, type Stage, type StageContext } from "./mod.ts";

/** A stage that writes one number after `during` has happened. */
function stageOf(
  value: number,
  during: (context: StageContext) => Promise<void> = () => Promise.resolve(),
): Stage {
  return {
    id: "number",
    title: "A number",
    config: {},
    code: [],
    data: {},
    parents: [],
    expectedSeconds: 1,
    async run(context) {
      await during(context);
      context.progress(1, 1, "numbers");
      context.write("n.json", String(value));
    },
  };
}

async function inCache(
  test: (
    cacheFolder: string,
    run: (stage: Stage) => Promise<{ value: number | undefined; notices: string }>,
  ) => Promise<void>,
): Promise<void> {
  const cacheFolder = mkdtempSync(join(tmpdir(), "compute-"));
  const run = async (stage: Stage) => {
    const events: RunEvent[] = [];
    const outputs = await runStages([stage], {
      cacheFolder,
      origin: () => currentOrigin("cpu"),
      onEvent: (event) => events.push(event),
    });
    const notices = events.flatMap((event) => event.kind === "notice" ? [event.text] : []).join("\n");
    return { value: await outputs.get("number")?.json<number>("n.json"), notices };
  };
  try {
    await test(cacheFolder, run);
  } finally {
    rmSync(cacheFolder, { recursive: true });
  }
}

Deno.test("computeStage() takes what another machine published first for the same key", () =>
  inCache(async (cacheFolder, run) => {
    const [planned] = await planStages([stageOf(1)], { cacheFolder });
    assert.ok(planned);
    const publish = async () => {
      const other = await openFolderWriter(planned.place.output, { owner: "other" });
      other.write("n.json", "7");
      await other.seal({
        key: planned.key,
        seconds: 1,
        origin: { finishedAt: "" },
        ingredients: planned.ingredients,
      });
    };
    assert.equal((await run(stageOf(1, publish))).value, 7);
    assert.equal((await run(stageOf(1))).value, 7);
    assert.equal(readdirSync(join(cacheFolder, "stages")).length, 1);
  }));

Deno.test("computeStage() leaves the unfinished work of another machine alone", () =>
  inCache(async (cacheFolder, run) => {
    const [planned] = await planStages([stageOf(1)], { cacheFolder });
    assert.ok(planned);
    const output = await openFolderWriter(planned.place.output, { owner: "ab12cd34-1-1-feed" });
    output.write("n.json", "7");
    assert.equal((await run(stageOf(1))).value, 1);
    assert.ok(readdirSync(join(cacheFolder, "stages")).some((name) => name.includes("ab12cd34")));
    await output.discard();
  }));

Deno.test("computeStage() stops and looks again when its lease was taken over", () =>
  inCache(async (cacheFolder, run) => {
    let times = 0;
    const { value, notices } = await run(stageOf(5, () => {
      const locks = join(cacheFolder, "locks");
      const lease = readdirSync(locks).find((name) => /\.\d+$/.test(name)) as string;
      if (++times === 1) rmSync(join(locks, lease));
      return Promise.resolve();
    }));
    assert.deepEqual([value, times], [5, 2]);
    assert.match(notices, /another process took it over; waiting for its result/);
  }));
