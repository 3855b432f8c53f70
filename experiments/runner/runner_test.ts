import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planStages, type RunEvent, runStages, type Stage, type StageOrigin, Stopped } from "./mod.ts";

const origin = (): Promise<StageOrigin> =>
  Promise.resolve({
    commit: null,
    dirty: null,
    device: "cpu",
    threads: 1,
    versions: {},
    finishedAt: "2026-01-01T00:00:00Z",
  });

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "runner-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A chain source → double; `ran` counts what was computed. */
function chain(
  options: { value?: number; code?: string[] } = {},
): { stages: Stage[]; target: Stage; ran: string[] } {
  const { value = 1, code = [] } = options;
  const ran: string[] = [];
  const stage = (id: string, config: number, parents: Stage[], compute: Stage["run"]): Stage => ({
    id,
    title: id,
    config: { value: config },
    code: code.map((name) => ({ module: "experiments/runner/stage.ts", export: name })),
    data: {},
    parents,
    expectedSeconds: 3,
    run: (context) => {
      ran.push(id);
      return compute(context);
    },
  });
  const source = stage(
    "source",
    value,
    [],
    (context) => Promise.resolve(context.write("n.json", JSON.stringify(value))),
  );
  const target = stage("double", 2, [source], async (context) => {
    context.progress(1, 1, "numbers");
    context.write("n.json", JSON.stringify(2 * await context.input("source").json<number>("n.json")));
  });
  return { stages: [source, target], target, ran };
}

async function run(
  cacheFolder: string,
  target: Stage,
  more: { force?: (stage: Stage) => boolean; signal?: AbortSignal } = {},
) {
  const events: RunEvent[] = [];
  const outputs = await runStages([target], {
    cacheFolder,
    origin,
    onEvent: (event) => events.push(event),
    ...more,
  });
  return { value: await outputs.get(target.id)?.json<number>("n.json"), events };
}

const notices = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === "notice" ? [event.text] : []));

Deno.test("runStages() computes a stage once when nothing it depends on changes", () =>
  inFolder(async (folder) => {
    const first = chain();
    assert.equal((await run(folder, first.target)).value, 2);
    const second = chain();
    assert.equal((await run(folder, second.target)).value, 2);
    assert.deepEqual([first.ran, second.ran], [["source", "double"], []]);
    const changed = chain({ value: 21 });
    assert.equal((await run(folder, changed.target)).value, 42);
    assert.deepEqual(changed.ran, ["source", "double"]);
    const back = chain();
    assert.equal((await run(folder, back.target)).value, 2);
    assert.deepEqual(back.ran, []);
  }));

Deno.test("planStages() gives what would run and why", () =>
  inFolder(async (folder) => {
    const plan = async (target: Stage, force?: (stage: Stage) => boolean) =>
      (await planStages([target], { cacheFolder: folder, ...(force && { force }) })).map((
        { action, reason, expectedSeconds },
      ) => `${action}: ${reason} (${expectedSeconds})`);
    assert.deepEqual(await plan(chain().target), ["run: not computed yet (3)", "run: not computed yet (3)"]);
    await run(folder, chain().target);
    assert.deepEqual(await plan(chain().target), [
      "cached: its key is in the cache (0)",
      "cached: its key is in the cache (0)",
    ]);
    assert.deepEqual(await plan(chain({ value: 5 }).target), [
      "run: changed: config.value 1 → 5 (3)",
      "run: changed: result of source (3)",
    ]);
    assert.match((await plan(chain({ code: ["inOrder"] }).target)).join(), /changed: code/);
    assert.deepEqual(await plan(chain().target, ({ id }) => id === "source"), [
      "run: asked to compute it again (3)",
      "run: a stage before it is computed again (3)",
    ]);
    const source = readdirSync(join(folder, "stages")).find((name) => name.startsWith("source")) as string;
    rmSync(join(folder, "stages", source), { recursive: true });
    assert.match((await plan(chain().target))[0] as string, /^not needed: what depends on it is cached/);
  }));

Deno.test("runStages() detects, reports and rebuilds a cached output when a byte of it was changed", () =>
  inFolder(async (folder) => {
    for (const victim of ["source", "double"]) {
      await run(folder, chain().target);
      const name = readdirSync(join(folder, "stages")).find((entry) => entry.startsWith(victim)) as string;
      const path = join(folder, "stages", name, "n.json");
      const before = readFileSync(path, "utf8");
      writeFileSync(path, before.replace(/\d/, "7"));
      const again = chain();
      const { value, events } = await run(folder, again.target);
      assert.equal(value, 2);
      assert.deepEqual(again.ran, [victim]);
      assert.match(notices(events).join(), /corrupted: n.json does not match its hash; it is computed again/);
      assert.equal(readFileSync(path, "utf8"), before);
    }
  }));

Deno.test("runStages() stops with Stopped and leaves nothing half-written when the signal is aborted", () =>
  inFolder(async (folder) => {
    const abort = new AbortController();
    const { target, stages } = chain();
    const stopping: Stage = {
      ...target,
      run: (context) => {
        abort.abort();
        return target.run(context);
      },
    };
    await assert.rejects(() => run(folder, stopping, { signal: abort.signal }), Stopped);
    assert.equal(readdirSync(join(folder, "stages")).length, 1);
    assert.equal(stages.length, 2);
    assert.equal((await run(folder, chain().target)).value, 2);
  }));

Deno.test("runStages() computes once when two runs of the same stage meet", () =>
  inFolder(async (folder) => {
    const [a, b] = [chain(), chain()];
    const slow = (target: Stage): Stage => ({
      ...target,
      run: async (context) => {
        await new Promise((done) => setTimeout(done, 100));
        await target.run(context);
      },
    });
    const results = await Promise.all([run(folder, slow(a.target)), run(folder, slow(b.target))]);
    assert.deepEqual(results.map(({ value }) => value), [2, 2]);
    assert.equal([...a.ran, ...b.ran].filter((id) => id === "double").length, 1);
  }));

Deno.test("saveCheckpoint() and loadLatestCheckpoint() keep the newest sound state when the newest is damaged", () =>
  inFolder(async (folder) => {
    const { target } = chain();
    const crash = new Error("crash");
    const crashing: Stage = {
      ...target,
      run: async (context) => {
        for (const step of [1, 2, 3]) {
          await context.saveCheckpoint(step, { weights: Uint8Array.of(step) }, { loss: step });
        }
        throw crash;
      },
    };
    await assert.rejects(() => run(folder, crashing), crash);
    const checkpoints = join(folder, "checkpoints", readdirSync(join(folder, "checkpoints"))[0] as string);
    assert.deepEqual(readdirSync(checkpoints).sort(), ["step-000000002", "step-000000003"]);
    writeFileSync(join(checkpoints, "step-000000003", "weights"), Uint8Array.of(9));
    const plan = await planStages([target], { cacheFolder: folder });
    assert.equal(plan[1]?.resumesAt, 3);
    const resuming: Stage = {
      ...target,
      run: async (context) => {
        const latest = await context.loadLatestCheckpoint();
        assert.equal(latest?.step, 2);
        assert.deepEqual(latest?.state, { loss: 2 });
        assert.deepEqual([...(latest?.files["weights"] ?? [])], [2]);
        context.write("n.json", "4");
      },
    };
    const { events, value } = await run(folder, resuming);
    assert.equal(value, 4);
    assert.match(notices(events).join(), /checkpoint of step 3 is corrupted .* is ignored/);
    assert.deepEqual(readdirSync(join(folder, "checkpoints")), []);
  }));

/** Runs the slow stages in a process of their own; `killAt` ends it with SIGKILL once a line with that text is printed. */
async function slowProcess(cacheFolder: string, pause: number, killAt?: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("./testdata/slow_stages.ts", import.meta.url).pathname,
      cacheFolder,
      String(pause),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (killAt !== undefined && text.includes(killAt)) child.kill("SIGKILL");
  }
  assert.equal((await child.status).signal, killAt === undefined ? null : "SIGKILL");
  return text;
}

const sums = (text: string) => text.split("\n").filter((line) => line.startsWith("sum "));

Deno.test("runStages() gives the same bytes when it is killed several times and started again", () =>
  inFolder(async (folder) => {
    const whole = sums(await slowProcess(join(folder, "undisturbed"), 0));
    assert.equal(whole.length, 2);
    const cache = join(folder, "killed");
    await slowProcess(cache, 20, '"started","stage":"data"');
    await slowProcess(cache, 20, "step 12\n");
    await slowProcess(cache, 5, "step 33\n");
    const text = await slowProcess(cache, 0);
    assert.match(text, /taking over/);
    assert.match(text, /goes on from its checkpoint at step 3\d/);
    assert.doesNotMatch(text, /^step 2\d$/m);
    assert.deepEqual(sums(text), whole);
    assert.ok(!readdirSync(join(cache, "stages")).some((name) => name.endsWith(".partial")));
  }));

Deno.test("runStages() keeps a training's log beside its output, which is the same without one", () =>
  inFolder(async (folder) => {
    const training = (watched: boolean, ran: string[] = []): Stage => {
      const { target } = chain();
      return {
        ...target,
        id: "train-it",
        parents: [],
        async run(context) {
          let step = ((await context.loadLatestCheckpoint())?.step ?? 0) + 1;
          if (watched) {
            context.watch(() => {
              ran.push(`pictures at ${step}`);
              return Promise.resolve({ width: 1, height: 1, pixels: new Uint8Array(3) });
            });
          }
          for (; step <= 4; step++) {
            if (step === 1 || step === 3) await context.saveCheckpoint(step, {});
            const shown = { loss: step, gradientNorm: 1, learningRate: 1, samples: 2 };
            context.progress(step, 4, "steps", ...(watched ? [shown] : []));
          }
          context.write("n.json", "7");
        },
      };
    };
    const ran: string[] = [];
    await run(join(folder, "watched"), training(true, ran));
    await run(join(folder, "unwatched"), training(false));
    // Before the first step was shown nothing is sampled.
    assert.deepEqual(ran, ["pictures at 3", "pictures at 5"]);
    const [name] = readdirSync(join(folder, "watched", "stages")) as [string];
    assert.deepEqual(readdirSync(join(folder, "unwatched", "stages")), [name]);
    const files = (of: string) => readdirSync(join(folder, of, "stages", name));
    assert.deepEqual(files("watched"), files("unwatched"));
    const log = readdirSync(join(folder, "watched", "runs", name)).sort();
    assert.deepEqual(log, ["events.out.tfevents.000001", "metrics.jsonl"]);
    const lines = readFileSync(join(folder, "watched", "runs", name, "metrics.jsonl"), "utf8").trimEnd()
      .split("\n");
    assert.deepEqual(lines.map((line) => JSON.parse(line).step), [1, 2, 3, 4]);
  }));
