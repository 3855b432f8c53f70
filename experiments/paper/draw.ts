/**
 * Drawing with the paper's models: condition image → ViT-H/14 → projection; prompt → ViT-L/14; both → U-Net under a sampler → autoencoder.
 * Guidance is ordinary, as in the paper, or the authors' chain of four predictions (`guidance_passes.ts`).
 */
import { imageContext } from "../../lib/adapter/mod.ts";
import {
  controlnet as controlnetResiduals,
  guided,
  sampleSteps,
  unet,
  vaeDecode,
  vaeFactor,
} from "../../lib/diffusion/mod.ts";
import {
  compile,
  fold,
  type HostArray,
  key,
  leaf,
  normal,
  partition,
  prefixed,
  type Program,
  scope,
  type Tensor,
  UserError,
  type Weights,
} from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { GenerationSettings } from "../generate/settings.ts";
import { type Condition, encodeCondition } from "./condition.ts";
import { type ChainScales, checkChain, guidancePlan } from "./guidance_passes.ts";
import { frozenOf, paramsIn } from "./paper_model.ts";
import type { PaperModels } from "./paper_models.ts";
import { type MakeProgram, runOnce } from "./run_once.ts";

/** What is drawn: settings of both scales, the size in pixels, and the scales of the four predictions where these are asked for. */
export interface PaperSettings extends GenerationSettings, ChainScales {
  readonly width: number;
  readonly height: number;
}

/** Pictures to draw. */
export interface DrawRequest {
  /** The condition. */
  readonly image: RgbPicture;
  /** What the ControlNet is shown, of the settings' size. */
  readonly control?: RgbPicture;
  readonly settings: PaperSettings;
  /** Which pictures, from 0; the noise of one depends on the seed and its number alone. */
  readonly indices: readonly number[];
}

/** How they are drawn. */
export interface DrawOptions {
  readonly make?: MakeProgram;
  /** Called after each call of the denoiser. */
  readonly step?: (done: number, total: number) => void;
  /** Stops between two calls of the denoiser: rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** @throws UserError unless both sides suit the autoencoder; the U-Net takes any, as diffusers' does. */
export function checkSize({ vae }: PaperModels, { width, height }: PaperSettings): void {
  const factor = vaeFactor(vae.config);
  if (width % factor !== 0 || height % factor !== 0) {
    throw new UserError(`--size needs sides divisible by ${factor}, got ${width}x${height}`);
  }
}

/** A picture as a ControlNet sees it in every prediction: [count 3 height width] in [0, 1]. */
function conditioningOf({ width, height, pixels }: RgbPicture, count: number): Float32Array {
  const area = width * height;
  const data = new Float32Array(count * 3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) data[c * area + i] = (pixels[3 * i + c] as number) / 255;
  }
  for (let copy = 1; copy < count; copy++) data.copyWithin(copy * 3 * area, 0, 3 * area);
  return data;
}

/** The denoiser of all predictions of a step, with the adapter's and a ControlNet's parts. */
function makeDenoiser(
  make: MakeProgram,
  models: PaperModels,
  { condition, latent, settings }: {
    condition: Condition;
    latent: readonly number[];
    settings: PaperSettings;
  },
): Promise<Program> {
  const { adapter, controlnet } = models;
  const count = condition.text.shape[0] as number;
  const frozen: Weights = {
    ...prefixed(frozenOf(models.unet), "unet"),
    ...prefixed(scope(adapter.params, "ip_adapter"), "ip_adapter"),
    ...(controlnet ? prefixed(frozenOf(controlnet), "controlnet") : {}),
  };
  return make((own, _state, fed) => {
    const common = { sample: leaf(fed, "sample"), timestep: leaf(fed, "timestep"), text: leaf(fed, "text") };
    const residuals = controlnet && controlnetResiduals(
      paramsIn(scope(own, "controlnet"), controlnet),
      controlnet.config,
      { ...common, conditioning: leaf(fed, "conditioning"), scale: leaf(fed, "controlScale") as Tensor },
    );
    return {
      outputs: {
        noise: unet(paramsIn(scope(own, "unet"), models.unet), models.unet.config, {
          ...common,
          imageContexts: [imageContext(own, leaf(fed, "tokens"), { scale: leaf(fed, "scale") })],
          ...(residuals ? { residuals } : {}),
        }),
      },
    };
  }, {
    frozen,
    inputs: {
      sample: { shape: [count, ...latent] },
      timestep: { shape: [count] },
      text: { shape: condition.text.shape },
      tokens: { shape: condition.tokens.shape },
      scale: { shape: [] },
      ...(controlnet
        ? {
          conditioning: { shape: [count, 3, settings.height, settings.width] },
          controlScale: { shape: [] },
        }
        : {}),
    },
  });
}

/**
 * Draws pictures, one after the other.
 *
 * @throws UserError when the size does not suit the models, an instruction is missing or superfluous, or the chain is not for this adapter.
 */
export async function* drawPaper(
  models: PaperModels,
  request: DrawRequest,
  options: DrawOptions = {},
): AsyncGenerator<RgbPicture, void> {
  const { make = compile, step, signal } = options;
  const { image, control, settings, indices } = request;
  const { width, height, steps, sampler } = settings;
  checkSize(models, settings);
  checkChain(models.adapter.config, settings);
  const { passes, scales } = guidancePlan(settings);
  const condition = await encodeCondition(make, models, { image, ...settings, passes });
  const decoder = partition(models.vae.params, (name) => /^(decoder|post_quant_conv)\./.test(name)).trainable;
  const factor = vaeFactor(models.vae.config);
  const latent = [models.unet.config.in_channels, height / factor, width / factor];
  const size = latent.reduce((a, b) => a * b, 1);
  signal?.throwIfAborted();
  const denoiser = await makeDenoiser(make, models, { condition, latent, settings });
  try {
    const fixed = {
      text: condition.text,
      tokens: condition.tokens,
      scale: Float32Array.of(settings.adapterScale),
      ...(control
        ? {
          conditioning: conditioningOf(control, passes.length),
          controlScale: Float32Array.of(settings.controlScale),
        }
        : {}),
    };
    const predict = guided(async (sample: Float32Array, timestep: number) => {
      const feeds = { ...fixed, sample, timestep: new Float32Array(passes.length).fill(timestep) };
      return Float32Array.from(leaf(await denoiser.run(feeds), "noise").data);
    }, { scales });
    const { schedule } = models;
    for (const [done, index] of indices.entries()) {
      const noise = normal(fold(key(settings.seed), index), size);
      let data = noise;
      for await (const each of sampleSteps({ predict, schedule, steps, sampler, noise })) {
        data = each.sample;
        step?.(done * each.total + each.index + 1, indices.length * each.total);
        signal?.throwIfAborted();
      }
      const pixels = await runOnce(
        make,
        (params, fed) => vaeDecode(params, models.vae.config, leaf(fed, "latents")),
        {
          model: { ...models.vae, params: decoder },
          inputs: { latents: { dtype: "float32", shape: [1, ...latent], data } },
        },
      );
      yield toPicture(pixels, { width, height });
    }
  } finally {
    await denoiser.dispose();
  }
}

/** Bytes of an image [1 3 height width] in [-1, 1]. */
function toPicture({ data }: HostArray, { width, height }: { width: number; height: number }): RgbPicture {
  const area = width * height;
  const pixels = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) {
      const value = Math.round(((data[c * area + i] as number) + 1) * 127.5);
      pixels[3 * i + c] = Math.min(255, Math.max(0, value));
    }
  }
  return { width, height, pixels };
}
