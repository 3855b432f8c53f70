/** Recipes of the joint encoder's image tower and of the judge's: locked-text contrastive training on pre-training scenes. */
import { combine, fold, host, key, leaf, partition, stream, type Tensor, tf } from "../../lib/engine/mod.ts";
import {
  contrastiveLoss,
  createSentenceEmbedder,
  INITIAL_LOGIT_SCALE,
  initVisionTower,
  loadSentenceEncoder,
  namingLoss,
  visionTower,
} from "../../lib/clip/mod.ts";
import type { PartId } from "../mini/checkpoints.ts";
import { compileTrainStep } from "../../lib/training/mod.ts";
import { MINI_VISION } from "../mini/models.ts";
import { type Augmentation, imagePool, randomView, SUBJECTS } from "./image_pool.ts";
import type { Recipe } from "./recipe.ts";

const BATCH = 64;
const POOL = 16_000;
const WIDTH = MINI_VISION.projection_dim;
const PIXELS = 3 * 64 * 64;
const LOGIT_SCALE = "logit_scale";

function recipe(part: PartId, seed: number, options: { first: number; augmentation: Augmentation }): Recipe {
  const { first, augmentation } = options;
  return {
    part,
    steps: 3000,
    batchSize: BATCH,
    seed,
    reads: [],
    schedule: (steps) => ({ kind: "cosine", lr: 1.5e-3, warmup: 100, total: steps }),
    summary:
      `ViT of ${MINI_VISION.num_hidden_layers}×${MINI_VISION.hidden_size} trained against the frozen sentence encoder: find the ` +
      `caption among the batch's and the subject among all ${SUBJECTS.length}, AdamW 1.5e-3 cosine, weight decay 0.05, crops ≥ ${augmentation.smallestCrop}, colour ± ${augmentation.colour}`,
    async prepare(bank, { draws, notify, compile }) {
      notify(`composing ${POOL} scenes`);
      const pool = imagePool(bank, first, POOL);
      const embedder = createSentenceEmbedder(await loadSentenceEncoder());
      const texts = await embedder.embed(pool.captions);
      const names = await embedder.embed(SUBJECTS);
      await embedder.dispose();
      notify("scenes and captions ready");
      const step = await compileTrainStep({
        compile,
        frozen: { names: host(names, [SUBJECTS.length, WIDTH]) },
        trainable: combine(initVisionTower(key(seed), MINI_VISION), {
          [LOGIT_SCALE]: host([INITIAL_LOGIT_SCALE], []),
        }),
        inputs: {
          pixels: { shape: [BATCH, 3, 64, 64] },
          texts: { shape: [BATCH, WIDTH] },
          answers: { shape: [BATCH, SUBJECTS.length] },
        },
        optimizer: { betas: [0.9, 0.98], eps: 1e-6, weight_decay: 0.05 },
        clipNorm: 1,
        emaDecay: 0.99,
        loss: (params, { names }, { pixels, texts, answers }) => {
          const { embeds } = visionTower(params, MINI_VISION, pixels as Tensor);
          const logitScale = leaf(params, LOGIT_SCALE);
          const captions = contrastiveLoss(embeds, texts as Tensor, { logitScale });
          const subjects = namingLoss(embeds, names as Tensor, { answers: answers as Tensor, logitScale });
          return { loss: tf.add(captions, subjects), aux: { captions, subjects } };
        },
      });
      return {
        step,
        batch: (index) => {
          const random = stream(fold(draws, "batch", index));
          const pixels = new Float32Array(BATCH * PIXELS);
          const rows = new Float32Array(BATCH * WIDTH);
          const answers = new Float32Array(BATCH * SUBJECTS.length);
          for (let i = 0; i < BATCH; i++) {
            const item = random.int(0, POOL - 1);
            const view = pixels.subarray(i * PIXELS, (i + 1) * PIXELS);
            randomView(pool.images[item]!, view, { random, augmentation, caption: pool.captions[item]! });
            rows.set(texts.subarray(item * WIDTH, (item + 1) * WIDTH), i * WIDTH);
            answers[i * SUBJECTS.length + pool.subjects[item]!] = 1;
          }
          return { pixels, texts: rows, answers };
        },
        finish: () => {
          const { trainable, frozen } = partition(step.weights(), (name) => name !== LOGIT_SCALE);
          return Promise.resolve({
            tensors: trainable,
            config: { ...MINI_VISION, [LOGIT_SCALE]: leaf(frozen, LOGIT_SCALE).data[0] },
          });
        },
      };
    },
  };
}

/** Its image tokens are what the adapters read of a condition. */
export const ENCODER_RECIPE: Recipe = recipe("encoder", 21, {
  first: 10_000_000,
  augmentation: { smallestCrop: 0.7, colour: 0.1, mirror: true },
});

/** Scores: another seed, other scenes, other augmentation, so that no adapter is judged by the encoder it is conditioned on. */
export const JUDGE_RECIPE: Recipe = recipe("judge", 22, {
  first: 20_000_000,
  augmentation: { smallestCrop: 0.85, colour: 0.2, mirror: false },
});
