import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLIP_P, CLIP_S } from "../../lib/metrics/mod.ts";
import { UserError } from "../../lib/engine/mod.ts";
import { encodePng, onWhite, readPicture } from "../../lib/raster/mod.ts";
import { tinyScene } from "../data/tiny_pictures.ts";
import type { Checkpoint, StageContext } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { emptySlots } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { scoreTask } from "./score_task.ts";
import { scorersFor, stageModels, startAdapter } from "./stage_models.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";

const ITEMS = 3;

const request: ScoreRequest = {
  ...{ scale: "paper", row: "ip-adapter-plus", model: "start", task: "style", instructions: "none", seed: 1 },
  ...{ items: 5, samplerSteps: 2, guidance: 2, galleryItems: 2, device: "cpu" },
};

/** Held-out pairs of a style and tiny models. */
const withHeldOut = (test: (folders: PaperFolders, lines: Record<string, string>[]) => Promise<void>) =>
  inTinyFolder(async (models) => {
    const data = join(models, "data"), folder = join(data, "style");
    mkdirSync(folder, { recursive: true });
    const lines = Array.from({ length: ITEMS }, (_, i) => {
      const [condition, target] = [`c${i}.png`, `t${i}.png`];
      for (const name of [condition, target]) {
        writeFileSync(join(folder, name), encodePng(tinyScene(name).picture));
      }
      return { condition, target, prompt: `a boat ${i}`, caption: `a square ${i}` };
    });
    writeFileSync(join(folder, "val.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
    try {
      await test({ models, data }, lines);
    } finally {
      await emptySlots("scoring", "sampling");
    }
  });

Deno.test("scoreTask() scores the held-out pairs there are by CLIP, the targets as the ceiling, and goes on after a stop to the same scores", () =>
  withHeldOut(async (folders, lines) => {
    const models = await stageModels(folders);
    const calm = await scoreTask(request, { adapter: startAdapter(models) }, { folders });
    assert.deepEqual(calm.samples.map(({ index, prompt, instruction }) => [index, prompt, instruction]), [
      ...lines.map(({ prompt }, i) => [i, prompt, ""]),
    ]);
    assert.deepEqual(calm.gallery.map(({ index, side, output }) => [index, side, output.length]), [
      [0, 16, 768],
      [1, 16, 768],
    ]);
    assert.deepEqual(Object.keys(calm.samples[0]!.scores), ["CLIP-S", "CLIP-P"]);

    let saved: Checkpoint | undefined;
    const abort = new AbortController();
    const kept: Pick<StageContext, "loadLatestCheckpoint" | "saveCheckpoint" | "signal"> = {
      loadLatestCheckpoint: () => Promise.resolve(saved),
      saveCheckpoint(step, files, state = null) {
        saved = { step, files, state };
        return Promise.resolve();
      },
      signal: abort.signal,
    };
    const seen: number[] = [];
    const score = (progress: (done: number) => void): Promise<ScoreReport> =>
      scoreTask(request, { adapter: startAdapter(models), progress }, { folders, kept });
    abort.abort();
    await assert.rejects(
      score((done) => {
        seen.push(done);
        if (saved) throw new Error("stopped");
      }),
      /stopped/,
    );
    assert.equal(saved?.step, 1);
    assert.deepEqual(await score((done) => void seen.push(done)), calm);
    assert.deepEqual(seen, [1, 1, 2, 2, 3]);

    const { samples, gallery: [first] } = await scoreTask({ ...request, model: "target" }, {}, { folders });
    assert.deepEqual(first!.output, first!.target);
    const { reader, text } = await scorersFor(models, "cpu");
    const see = async (name: string) =>
      (await reader.read(onWhite(await readPicture(encodePng(tinyScene(name).picture))))).embedding;
    const embeddings = {
      condition: await see("c0.png"),
      prompt: await text("a boat 0"),
      caption: await text("a square 0"),
      generated: (await reader.read({ width: 16, height: 16, pixels: first!.target })).embedding,
    };
    assert.deepEqual(samples[0]!.scores, {
      "CLIP-S": CLIP_S.score(embeddings),
      "CLIP-P": CLIP_P.score(embeddings),
    });
  }));

Deno.test("scoreTask() says in one sentence what a held-out pair lacks", () =>
  withHeldOut(async (folders, [line]) => {
    const path = join(folders.data as string, "style/val.jsonl");
    const fails = async (given: Record<string, string | undefined>, pattern: RegExp) => {
      writeFileSync(path, JSON.stringify({ ...line, ...given }));
      await assert.rejects(
        scoreTask({ ...request, model: "target" }, {}, { folders }),
        (error) => error instanceof UserError && pattern.test(error.message),
      );
    };
    await fails({ caption: undefined }, /val\.jsonl:1 as deno task data check wants it, got no "caption"$/);
    await fails(
      { target: "none.png" },
      /^Scoring style pairs failed: expected the picture .*none\.png, got none$/,
    );
  }));
