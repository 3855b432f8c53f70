import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provenance } from "../../lib/report/mod.ts";
import { provenanceOf } from "./run_provenance.ts";
import { runStages, type Stage, stageKeys, type StageOrigin, type StageOutput } from "../runner/mod.ts";

/** By stage: when it was computed, and whether from changed files. */
const ORIGINS: Readonly<Record<string, Pick<StageOrigin, "commit" | "dirty" | "finishedAt">>> = {
  train: { commit: "a".repeat(40), dirty: true, finishedAt: "2026-01-01T00:00:00Z" },
  "score-style": { commit: "b".repeat(40), dirty: false, finishedAt: "2026-01-02T00:00:00Z" },
  "score-face": { commit: "c".repeat(40), dirty: false, finishedAt: "2026-01-03T00:00:00Z" },
};

/** train ── score-style, score-face ── summary, which writes its provenance. */
function stages(title = "first"): Stage[] {
  const stage = (id: string, parents: Stage[], run: Stage["run"], config = ""): Stage => ({
    id,
    title: id,
    config,
    code: [],
    data: { [`${id}.bin`]: id },
    parents,
    expectedSeconds: 1,
    run,
  });
  const empty: Stage["run"] = (context) => Promise.resolve(context.write("done.json", "true"));
  const train = stage("train", [], async (context) => {
    await new Promise((done) => setTimeout(done, 20));
    context.write("adapter.json", "1");
  });
  const scores = ["score-style", "score-face"].map((id) => stage(id, [train], empty));
  const summary = stage(
    "summary",
    scores,
    (context) =>
      Promise.resolve(context.write("p.json", JSON.stringify(provenanceOf(context.ancestors, ["d"])))),
    title,
  );
  return [train, ...scores, summary];
}

/** Runs the summary; `dirty` replaces what the training's origin says. */
async function provenance(cacheFolder: string, [...all]: Stage[], dirty?: boolean): Promise<Provenance> {
  let running = "";
  const summary = all.at(-1) as Stage;
  const outputs = await runStages([summary], {
    cacheFolder,
    onEvent: (event) => void (event.kind === "started" && (running = event.stage.id)),
    origin: () => {
      const own = ORIGINS[running] ?? ORIGINS["score-face"];
      const changed = running === "train" && dirty !== undefined ? { dirty } : {};
      return Promise.resolve(
        {
          device: "cpu: any",
          threads: 2,
          memory: 8,
          system: "any",
          versions: {},
          ...own,
          ...changed,
        } as StageOrigin,
      );
    },
  });
  return JSON.parse(await outputs.get("summary")?.text("p.json") ?? "") as Provenance;
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "provenance-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("provenanceOf() gives seconds, key, data and changed files of a stage behind the summary's parents", () =>
  inFolder(async (folder) => {
    const all = stages();
    const found = await provenance(folder, all);
    const behind = ["train", "score-style", "score-face"];
    assert.deepEqual(Object.keys(found.wallTimePerStage).sort(), behind.toSorted());
    assert.ok((found.wallTimePerStage["train"] ?? 0) >= 0.015, JSON.stringify(found.wallTimePerStage));
    const keys = [...await stageKeys(all.slice(0, -1))].map(([{ id }, key]) => [id, key]);
    assert.deepEqual(found.stageKeys, Object.fromEntries(keys));
    assert.deepEqual(found.dataFiles, Object.fromEntries(behind.map((id) => [`${id}.bin`, id])));
    assert.deepEqual([found.commit, found.dirty], ["c".repeat(40), true]);
    assert.deepEqual([found.memory, found.system], [8, "any"]);
  }));

Deno.test("provenanceOf() keeps the key of a stage that is gone from the cache, and does not call the rest clean", () =>
  inFolder(async (folder) => {
    assert.equal((await provenance(folder, stages(), false)).dirty, false);
    const name = readdirSync(join(folder, "stages")).find((each) => each.startsWith("train-")) as string;
    rmSync(join(folder, "stages", name), { recursive: true });
    const found = await provenance(folder, stages("again"), false);
    assert.deepEqual(Object.keys(found.wallTimePerStage).sort(), ["score-face", "score-style"]);
    const [train] = stages() as [Stage, ...Stage[]];
    assert.equal(found.stageKeys?.["train"], (await stageKeys([train])).get(train));
    assert.equal(found.dirty, null);
  }));

Deno.test("provenanceOf() names node, job, device and requeues of the stages that a cluster's jobs computed, and only then", async () => {
  const cacheFolder = mkdtempSync(join(tmpdir(), "provenance-"));
  try {
    const [train] = stages() as [Stage];
    const origin: StageOrigin = {
      commit: null,
      dirty: null,
      device: "cpu: any",
      threads: 1,
      host: "n2",
      job: "17_3",
      requeues: 2,
      versions: {},
      finishedAt: "2026-01-01T00:00:00Z",
    };
    const output = (await runStages([train], { cacheFolder, origin: () => Promise.resolve(origin) })).get(
      "train",
    );
    const jobsOf = (output: StageOutput) =>
      provenanceOf([{ id: "train", key: output.key, output }], ["d"]).jobs;
    assert.ok(output);
    assert.deepEqual(jobsOf(output), { train: { host: "n2", job: "17_3", device: "cpu: any", requeues: 2 } });
    const { job: _, ...local } = origin;
    assert.equal(jobsOf({ ...output, origin: local }), undefined);
  } finally {
    rmSync(cacheFolder, { recursive: true });
  }
});
