import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { ScoreRequest } from "../setting/model_requests.ts";
import { generateAndScore } from "./generate_and_score.ts";
import { scoreStart } from "./score_start.ts";

Deno.test("scoreStart() scores IPAdapter+, whatever the fresh instruction branch of the seed", async () => {
  const context = {
    cacheFolder: fileURLToPath(new URL("../../.cache", import.meta.url)),
    notice() {},
    progress() {},
  } as unknown as StageContext;
  const request: ScoreRequest = {
    scale: "mini",
    row: "validation",
    model: "start",
    task: "face",
    instructions: "random",
    seed: 2,
    items: 1,
    samplerSteps: 2,
    guidance: 3,
    galleryItems: 0,
    device: "cpu",
  };
  const points = await scoreStart(request, context);
  const { samples: [plus] } = await generateAndScore(
    { ...request, row: "ip-adapter-plus", instructions: "none" },
    { dataset: {} as StageOutput, adapter: undefined },
    context,
  );
  assert.ok(points.length >= 4);
  for (const { task, step, metric, mean, n } of points) {
    assert.deepEqual([task, step, n], ["face", 0, 1]);
    assert.ok(Math.abs(mean - (plus?.scores[metric] as number)) < 1e-5, metric);
  }
});
