/**
 * Training of an adapter on the frozen base (Sec. 3.5, IP-Adapter's recipe): AdamW on the noise-prediction loss; one draw per sample drops
 * the image (5 %), the text (5 %) or both (5 %). A dropped image is the all-zeros input's tokens. The instruction is never dropped.
 */
import {
  combine,
  fold,
  type HostParams,
  type Key,
  prefixed,
  scope,
  stream,
  type Tensor,
} from "../../lib/engine/mod.ts";
import {
  adapterParams,
  imageContext,
  instructFromPlus,
  type InstructResamplerConfig,
  projectImage,
  type ResamplerConfig,
} from "../../lib/adapter/mod.ts";
import { textTower } from "../../lib/clip/mod.ts";
import { type NoiseSchedule, unet } from "../../lib/diffusion/mod.ts";
import {
  compileTrainStep,
  meanSquaredError,
  type NoisyBatch,
  noisyBatch,
  noisyBatchSpecs,
  type TrainStep,
  type TrainStepOptions,
  weightedSquaredError,
} from "../../lib/training/mod.ts";
import type { CompileOptions } from "../../lib/engine/mod.ts";
import type { BaseModel, PlusModel } from "./frozen.ts";

/** Either projection. */
export type ProjectionConfig = ResamplerConfig | InstructResamplerConfig;

/** Shares of samples whose image, text, or both are dropped. */
export interface DropShares {
  readonly image: number;
  readonly text: number;
  readonly both: number;
}

/** σ of the fresh matrices of the instruction branch. */
const BRANCH_STD = 0.05;

/** IP-Adapter's shares. */
const DROP: DropShares = { image: 0.05, text: 0.05, both: 0.05 };

/** One training item, as arrays. */
export interface AdapterItem {
  /** Target's scaled latents [4 16 16]. */
  readonly latent: Float32Array;
  /** Condition's image tokens [tokens hidden]. */
  readonly image: Float32Array;
  /** Prompt's word ids. */
  readonly ids: Int32Array;
  /** The instruction [words width], one word of 512 unless told otherwise; absent for IPAdapter+. */
  readonly instruction?: Float32Array;
}

/** Sizes and models of an adapter training. */
export interface AdapterTrainingOptions {
  readonly base: BaseModel;
  readonly projection: ProjectionConfig;
  /** `image_proj.*` and `ip_adapter.*` to start from. */
  readonly adapter: HostParams;
  readonly batch: number;
  /** Image tokens [tokens hidden] of one condition. */
  readonly imageShape: readonly [number, number];
  /** Tokens of the instruction; 1 if absent. */
  readonly words?: number;
  /** The batch holds a weight per sample; absent: all count alike, as in the paper. */
  readonly weighted?: boolean;
  readonly compile?: CompileOptions;
  /** What makes a program of the step; `compile()` if absent. */
  readonly engine?: TrainStepOptions["engine"];
}

/**
 * The adapter that mini trainings start from: IPAdapter+ with a fresh instruction branch, whose output is zero.
 *
 * Sec. 3.5 draws the branch's matrices with σ = 1e-4. Each is then multiplied by others as small, a saddle point that 100,000 steps leave and the few
 * of this scale do not; we take {@link BRANCH_STD}. The start is the same: IPAdapter+'s tokens, bit for bit.
 */
export function freshInstruct(from: Key, config: InstructResamplerConfig, plus: PlusModel): HostParams {
  const projection = instructFromPlus(from, config, { plus: plus.projection.params, std: BRANCH_STD });
  return adapterParams({ projection, context: plus.context });
}

/** Compiles the step. Trained: the whole adapter. Frozen: U-Net and text encoder. */
export function compileAdapterStep(options: AdapterTrainingOptions): Promise<TrainStep> {
  const { base, projection, adapter, batch, imageShape, weighted, words = 1 } = options;
  const instructed = projection.class !== "Resampler";
  return compileTrainStep({
    frozen: combine(prefixed(base.unet.params, "unet"), prefixed(base.text.params, "text_encoder")),
    trainable: adapter,
    inputs: {
      ...noisyBatchSpecs([batch, 4, 16, 16]),
      ids: { shape: [batch, base.text.config.max_position_embeddings], dtype: "int32" },
      image: { shape: [batch, ...imageShape] },
      ...(weighted ? { weights: { shape: [batch] } } : {}),
      ...(instructed
        ? { instruction: { shape: [batch, words, projection.embedding_dim_instruct_embeds] } }
        : {}),
    },
    clipNorm: 1,
    separable: true,
    ...(options.compile ? { compile: options.compile } : {}),
    ...(options.engine ? { engine: options.engine } : {}),
    loss: (params, frozen, { sample, timestep, noise, ids, image, instruction, weights }) => {
      const { lastHiddenState } = textTower(scope(frozen, "text_encoder"), base.text.config, ids as Tensor);
      const tokens = projectImage(scope(params, "image_proj"), projection, {
        image: image as Tensor,
        ...(instruction ? { instruction } : {}),
      });
      const prediction = unet(scope(frozen, "unet"), base.unet.config, {
        sample: sample as Tensor,
        timestep: timestep as Tensor,
        text: lastHiddenState,
        imageContexts: [imageContext(params, tokens, { scale: 1 })],
      });
      return {
        loss: weights
          ? weightedSquaredError(prediction, noise as Tensor, weights)
          : meanSquaredError(prediction, noise as Tensor),
      };
    },
  });
}

/** A batch's arrays by input. */
export type AdapterFeeds = NoisyBatch & {
  readonly ids: Int32Array;
  readonly image: Float32Array;
  readonly instruction?: Float32Array;
};

/** Arrays of one batch, with noise, timesteps and dropout drawn from `from`. */
export function adapterBatch(
  from: Key,
  items: readonly AdapterItem[],
  options: { schedule: NoiseSchedule; noImage: Float32Array; noText: Int32Array; drop?: DropShares },
): AdapterFeeds {
  const { schedule, noImage, noText, drop = DROP } = options;
  const first = items[0] as AdapterItem;
  const batch = items.length;
  const latents = new Float32Array(batch * first.latent.length);
  const image = new Float32Array(batch * first.image.length);
  const ids = new Int32Array(batch * first.ids.length);
  const instruction = first.instruction && new Float32Array(batch * first.instruction.length);
  const random = stream(fold(from, "drop"));
  items.forEach((item, i) => {
    const draw = random.float();
    const dropImage = draw < drop.image ||
      (draw >= drop.image + drop.text && draw < drop.image + drop.text + drop.both);
    const dropText = draw >= drop.image && draw < drop.image + drop.text + drop.both;
    latents.set(item.latent, i * item.latent.length);
    image.set(dropImage ? noImage : item.image, i * item.image.length);
    ids.set(dropText ? noText : item.ids, i * item.ids.length);
    if (instruction && item.instruction) instruction.set(item.instruction, i * item.instruction.length);
  });
  return {
    ...noisyBatch(from, schedule, latents, batch),
    ids,
    image,
    ...(instruction ? { instruction } : {}),
  };
}
