/**
 * What the denoiser is told: the prompt's tokens, and the image's through the adapter's projection. One row for each prediction of a guided
 * step (`guidance_passes.ts`); with ordinary guidance [unguided, guided].
 *
 * The unguided one is given the negative prompt and, as image, zeros after CLIP's normalisation (Sec. 3.1; tencent-ailab's convention).
 *
 * | adapter                  | the projection also reads                               | in the unguided prediction            |
 * | ------------------------ | ------------------------------------------------------- | ------------------------------------- |
 * | IP-Adapter, IPAdapter+   | nothing                                                 |                                       |
 * | Instruct, the paper's    | the instruction's projected ViT-H/14 vector, one token  | the same: it was never dropped        |
 * | Instruct, as released    | token states of SD's text encoder: instruction, prompt  | the empty text, the negative prompt   |
 */
import { projectImage, type PublishedProjection } from "../../lib/adapter/mod.ts";
import { preprocessImage, textTower, visionTower } from "../../lib/clip/mod.ts";
import { type HostArray, leaf, prefixed, scope, type Tensor, tf, UserError } from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { GuidancePass, TextRole } from "./guidance_passes.ts";
import type { PaperModels } from "./paper_models.ts";
import { type MakeProgram, runOnce } from "./run_once.ts";

/** What the predictions of a guided step are told. */
export interface Condition {
  /** Token states [predictions length width]. */
  readonly text: HostArray;
  /** Image tokens [predictions queries width]. */
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

/** The projected vector of an instruction for two predictions, [2 1 width]. */
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

/** Rows of the first side by number. */
function rows({ data, shape }: HostArray, numbers: readonly number[]): HostArray {
  const size = data.length / (shape[0] as number);
  const picked = new Float32Array(numbers.length * size);
  numbers.forEach((row, i) => picked.set(data.subarray(row * size, (row + 1) * size), i * size));
  return { dtype: "float32", shape: [numbers.length, ...shape.slice(1)], data: picked };
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
 * @param passes two, or four for the released design.
 * @throws UserError when an instruction is missing or superfluous.
 */
export async function encodeCondition(
  make: MakeProgram,
  models: PaperModels,
  request: {
    image: RgbPicture;
    prompt: string;
    negative: string;
    instruction?: string;
    passes: readonly GuidancePass[];
  },
): Promise<Condition> {
  const { image, prompt, negative, instruction, passes } = request;
  const { config, params, file } = models.adapter;
  checkInstruction(config, instruction);
  const released = config.class === "ResamplerInstructBigger" && instruction !== undefined;
  const texts: Partial<Record<TextRole, string>> = {
    negative,
    prompt,
    ...(released ? { empty: "", instruction } : {}),
    ...(passes.some((pass) => pass.instruction === "everything") ? { everything: "everything" } : {}),
  };
  const encoded = await encodeTexts(make, models, Object.values(texts));
  const roles = Object.keys(texts);
  const of = (slot: "text" | "instruction" | "prompt") =>
    rows(encoded, passes.map((pass) => roles.indexOf(pass[slot])));
  const seen = await encodeImage(make, models, image);
  const projection = { config, params: prefixed(scope(params, "image_proj"), "image_proj"), file };
  const tokens = await runOnce(
    make,
    (own, fed) => projectImage(scope(own, "image_proj"), config, fed as { image: Tensor }),
    {
      model: projection,
      inputs: {
        image: rows(seen, passes.map((pass) => pass.image ? 1 : 0)),
        ...(released ? { instruction: of("instruction"), prompt: of("prompt") } : {}),
        ...(config.class === "ResamplerInstruct" && instruction !== undefined
          ? { instruction: await encodeInstruction(make, models, instruction) }
          : {}),
      },
    },
  );
  return { text: of("text"), tokens };
}
