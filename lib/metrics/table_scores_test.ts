import assert from "node:assert/strict";
import { clipI, clipS, clipScore } from "./clip_scores.ts";
import { CLIP_I, CLIP_P, CLIP_S, CLIP_T, embeddingScores } from "./table_scores.ts";

const EMBEDDINGS = {
  generated: [1, 2, 0, 1],
  condition: [0, 2, 1, 1],
  prompt: [1, 0, 0, 3],
  caption: [0, 1, 4, 0],
};

Deno.test("embeddingScores() gives Table 1's scores under their printed names, each with the suffix", () => {
  const { generated, condition, prompt, caption } = EMBEDDINGS;
  assert.deepEqual(embeddingScores([CLIP_I, CLIP_T], EMBEDDINGS), {
    "CLIP-I": clipI(generated, condition),
    "CLIP-T": clipScore(generated, caption),
  });
  assert.deepEqual(embeddingScores([CLIP_S, CLIP_P], EMBEDDINGS, " (encoder)"), {
    "CLIP-S (encoder)": clipS({
      generated,
      generatedPrompt: prompt,
      condition,
      conditionPrompt: caption,
    }),
    "CLIP-P (encoder)": clipScore(generated, prompt),
  });
});

Deno.test("a copy of the condition under its own caption scores most: CLIP-I 1, CLIP-S 2.5", () => {
  const { condition, caption } = EMBEDDINGS;
  const copied = { generated: condition, condition, prompt: caption, caption };
  assert.ok(Math.abs(CLIP_I.score(copied) - 1) < 1e-12);
  assert.ok(Math.abs(CLIP_S.score(copied) - 2.5) < 1e-12);
});
