/**
 * What the denoiser is told: the prompt's tokens, and the image's through the adapter's projection. Rows are [the unguided half, the guided half].
 *
 * The unguided half is given the negative prompt and, as image, zeros after CLIP's normalisation (Sec. 3.1; tencent-ailab's convention).
 *
 * | adapter                  | the projection also reads                               | in the unguided half                  |
 * | ------------------------ | ------------------------------------------------------- | ------------------------------------- |
 * | IP-Adapter, IPAdapter+   | nothing                                                 |                                       |
 * | Instruct, the paper's    | the instruction's projected ViT-H/14 vector, one token  | the same: it was never dropped        |
 * | Instruct, as released    | token states of SD's text encoder: instruction, prompt  | the empty text, the negative prompt   |
 */
import {
  imageProjection,
  instructResampler,
  type PublishedProjection,
  resampler,
} from "../../lib/adapter/mod.ts";
import { preprocessImage, textTower, visionTower } from "../../lib/clip/mod.ts";
import {
  type HostArray,
  leaf,
  type Params,
  prefixed,
  scope,
  type Tensor,
  tf,
  UserError,
} from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { PaperModels } from "./paper_models.ts";
import { type MakeProgram, runOnce } from "./run_once.ts";

/** What both halves are told. */
export interface Condition {
  /** Token states [2 length width]. */
  readonly text: HostArray;
  /** Image tokens [2 queries width]. */
  readonly tokens: HostArray;
}

/** Token ids [texts length]. */
function idsOf({ tokenizer }: PaperModels, texts: readonly string[]): HostArray {
  return { dtype: "int32", shape: [texts.length, tokenizer.length], data: tokenizer.encode(texts) };
}

/** Token states [texts length width] of SD's text encoder. */
function encodeTexts(make: MakeProgram, models: PaperModels, texts: readonly string[]): Promise<HostArray> {
  const { text } = models;
  return runOnce(make, (params, fed) => textTower(params, text.config, leaf(fed, "ids")).lastHiddenState, {
    model: text,
    inputs: { ids: idsOf(models, texts) },
  });
}

/** The projected vector of an instruction for both halves, [2 1 width]. */
function encodeInstruction(make: MakeProgram, models: PaperModels, instruction: string): Promise<HostArray> {
  const model = models.instruction;
  if (!model) throw new RangeError("The paper's Instruct design needs an encoder of instructions, got none");
  return runOnce(
    make,
    (params, fed) => tf.expandDims(textTower(params, model.config, leaf(fed, "ids")).embeds as Tensor, 1),
    { model, inputs: { ids: idsOf(models, [instruction, instruction]) } },
  );
}

/** What the projection takes of [zeros, the image]: hidden states, or the pooled vectors of the first IP-Adapter. */
function encodeImage(make: MakeProgram, models: PaperModels, picture: RgbPicture): Promise<HostArray> {
  const { config } = models.vision;
  const side = config.image_size;
  const pixels = preprocessImage({ ...picture, data: picture.pixels }, models.processor);
  const data = new Float32Array(2 * pixels.length);
  data.set(pixels, pixels.length);
  const pooled = models.adapter.config.class === "ImageProjModel";
  return runOnce(make, (params, fed) => {
    const features = visionTower(params, config, leaf(fed, "pixels"));
    // The first IP-Adapter's unconditional vector is zero itself.
    return pooled ? tf.mul(features.embeds, tf.tensor2d([[0], [1]])) : features.penultimate;
  }, { model: models.vision, inputs: { pixels: { dtype: "float32", shape: [2, 3, side, side], data } } });
}

function project(
  config: PublishedProjection,
  params: Params,
  inputs: { image: Tensor; instruction?: Tensor; prompt?: Tensor },
): Tensor {
  const { image, instruction, prompt } = inputs;
  if (config.class === "ImageProjModel") return imageProjection(params, image, config);
  if (config.class === "Resampler") return resampler(params, image, config);
  return instructResampler(params, {
    imageEmbeds: image,
    instructEmbeds: instruction as Tensor,
    ...(prompt ? { promptEmbeds: prompt } : {}),
  }, config);
}

/** Rows [from, to) of the first side. */
function rows({ data, shape, dtype }: HostArray, from: number, to: number): HostArray {
  const size = data.length / (shape[0] as number);
  return { dtype, shape: [to - from, ...shape.slice(1)], data: data.slice(from * size, to * size) };
}

/** An instruction is needed exactly where the adapter reads one. @throws UserError otherwise. */
export function checkInstruction(config: PublishedProjection, instruction: string | undefined): void {
  const reads = config.class === "ResamplerInstruct" || config.class === "ResamplerInstructBigger";
  if (reads && instruction === undefined) {
    throw new UserError("This adapter needs an instruction, got none: --instruct");
  }
  if (!reads && instruction !== undefined) {
    throw new UserError(
      "This adapter takes no instruction (it is no IPAdapter-Instruct); leave --instruct out",
    );
  }
}

/**
 * Encodes prompt, image and instruction, one model after the other.
 *
 * @throws UserError when an instruction is missing or superfluous.
 */
export async function encodeCondition(
  make: MakeProgram,
  models: PaperModels,
  request: { image: RgbPicture; prompt: string; negative: string; instruction?: string },
): Promise<Condition> {
  const { image, prompt, negative, instruction } = request;
  const { config, params, file } = models.adapter;
  checkInstruction(config, instruction);
  const released = config.class === "ResamplerInstructBigger" && instruction !== undefined;
  const texts = await encodeTexts(make, models, [negative, prompt, ...(released ? ["", instruction] : [])]);
  const text = rows(texts, 0, 2);
  const projection = { config, params: prefixed(scope(params, "image_proj"), "image_proj"), file };
  const tokens = await runOnce(
    make,
    (own, fed) => project(config, scope(own, "image_proj"), fed as { image: Tensor }),
    {
      model: projection,
      inputs: {
        image: await encodeImage(make, models, image),
        ...(released ? { instruction: rows(texts, 2, 4), prompt: text } : {}),
        ...(config.class === "ResamplerInstruct" && instruction !== undefined
          ? { instruction: await encodeInstruction(make, models, instruction) }
          : {}),
      },
    },
  );
  return { text, tokens };
}
