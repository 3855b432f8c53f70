/**
 * What training reads of pictures at the paper's scale (Sec. 3.5, IP-Adapter's recipe): the distribution of a target's latents, whose sample each step
 * takes, and a condition's image tokens.
 */
import { preprocessImage, visionTokens, visionTower } from "../../lib/clip/mod.ts";
import { encoderHalf, vaeEncode, vaeFactor } from "../../lib/diffusion/mod.ts";
import { checkFinite, type HostArray, leaf, type Tensor, tf } from "../../lib/engine/mod.ts";
import { frozenOf, type MakeProgram, type OpenRun, openRun, paramsIn } from "../../lib/pipeline/mod.ts";
import { fitPicture, onWhite, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import { rounded, type RowEncoder } from "./encoding_cache.ts";
import { instructionInputs, instructionReader } from "./instruction_reader.ts";
import type { PaperModels } from "./paper_models.ts";
import { recordedWeights } from "./paper_record.ts";

/** An encoder whose program is kept. */
export interface OpenEncoder extends RowEncoder {
  dispose(): Promise<void>;
}

function opened(
  run: OpenRun,
  parts: Pick<RowEncoder, "identity" | "shape"> & {
    inputs: (file: Uint8Array) => Promise<Record<string, HostArray>>;
  },
): OpenEncoder {
  const { inputs, ...rest } = parts;
  return {
    ...rest,
    encode: async (file) => (await run.run(await inputs(file))).data as Float32Array,
    dispose: () => run.dispose(),
  };
}

const hashOf = (models: Partial<PaperModels>, name: "vae" | "vision"): string =>
  recordedWeights({ [name]: models[name] } as Partial<PaperModels>)[name]?.sha256 as string;

/** What determines a target's row, and its sides; see {@link openLatentEncoder}. */
export function latentRows(models: Pick<PaperModels, "vae">, side: number): Omit<RowEncoder, "encode"> {
  const { config } = models.vae, factor = vaeFactor(config);
  if (side % factor !== 0) throw new RangeError(`Encoding needs a side divisible by ${factor}, got ${side}`);
  return {
    identity: { encoder: "latents", side, vae: hashOf(models, "vae"), config: JSON.stringify(config) },
    shape: [2 * config.latent_channels, side / factor, side / factor],
  };
}

/** What determines a condition's row, and its sides; see {@link openTokenEncoder}. */
export function tokenRows(models: Pick<PaperModels, "vision" | "processor">): Omit<RowEncoder, "encode"> {
  const { config } = models.vision;
  return {
    identity: {
      encoder: "image tokens",
      vision: hashOf(models, "vision"),
      config: JSON.stringify(config),
      processor: JSON.stringify(models.processor),
    },
    shape: [visionTokens(config), config.hidden_size],
  };
}

/**
 * Targets: means and logarithms of the variances of the unscaled latents [2 channels height width] of the picture's middle square.
 *
 * @param options.side of the square, in pixels.
 * @throws RangeError when the autoencoder does not divide it.
 */
export async function openLatentEncoder(
  models: Pick<PaperModels, "vae">,
  { side, make }: { readonly side: number; readonly make: MakeProgram },
): Promise<OpenEncoder> {
  const { config, params } = models.vae;
  const rows = latentRows(models, side);
  const shape = [1, config.in_channels, side, side];
  const run = await openRun(make, {
    what: "the autoencoder",
    model: { ...models.vae, params: encoderHalf(params) },
    inputs: { pixels: { dtype: "float32", shape } },
    fn: (weights, fed) => {
      const { mean, logvar } = vaeEncode(weights, config, leaf(fed, "pixels"));
      return tf.concat([mean, logvar], 1);
    },
  });
  return opened(run, {
    ...rows,
    async inputs(file) {
      const { pixels } = fitPicture(await readPicture(file), { width: side, height: side, fit: "crop" });
      const area = side * side;
      const data = Float32Array.from(
        { length: 3 * area },
        (_, i) => (pixels[3 * (i % area) + Math.floor(i / area)] as number) / 127.5 - 1,
      );
      return { pixels: { dtype: "float32", shape, data } };
    },
  });
}

/** An encoder of conditions. */
export interface OpenTokenEncoder extends OpenEncoder {
  /** Tokens of the all-zeros pixels, which stand for no image (IP-Adapter), as a cache would round them. */
  none(): Promise<Float32Array>;
}

/** Conditions: what IPAdapter+ and IPAdapter-Instruct read, the states of the last layer but one [tokens width]. */
export async function openTokenEncoder(
  models: Pick<PaperModels, "vision" | "processor">,
  { make }: { readonly make: MakeProgram },
): Promise<OpenTokenEncoder> {
  const { config } = models.vision, side = config.image_size;
  const shape = [1, 3, side, side];
  const run = await openRun(make, {
    what: "the image encoder",
    model: models.vision,
    inputs: { pixels: { dtype: "float32", shape } },
    fn: (weights, fed) => visionTower(weights, config, leaf(fed, "pixels")).penultimate,
  });
  const encoder = opened(run, {
    ...tokenRows(models),
    async inputs(file) {
      const picture = onWhite(await readPicture(file));
      const data = preprocessImage({ ...picture, data: picture.pixels }, models.processor);
      return { pixels: { dtype: "float32", shape, data } };
    },
  });
  return {
    ...encoder,
    async none() {
      const pixels: HostArray = { dtype: "float32", shape, data: new Float32Array(3 * side * side) };
      return rounded((await run.run({ pixels })).data as Float32Array);
    },
  };
}

/** An encoder of instructions that is kept. What does not fit into a row is cut off, as in the authors' code. */
export async function openInstructionEncoder(
  models: Pick<PaperModels, "instruction" | "tokenizer">,
  { make }: { readonly make: MakeProgram },
): Promise<{ encode(text: string): Promise<Float32Array>; dispose(): Promise<void> }> {
  const run = await openRun(make, instructionReader(models));
  return {
    encode: async (text) =>
      (await run.run(instructionInputs(models.tokenizer.encode([text], { truncate: true }))))
        .data as Float32Array,
    dispose: () => run.dispose(),
  };
}

/** What the image encoder gives for a picture. */
export interface ImageFeatures {
  /** As {@link openTokenEncoder} gives them. */
  readonly tokens: Float32Array;
  /** The projected vector, in the space of texts. */
  readonly embedding: Float32Array;
}

/** An encoder of pictures that are in memory. */
export interface ImageReader {
  read(picture: RgbPicture): Promise<ImageFeatures>;
  /** Tokens of the all-zeros pixels. */
  none(): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Pictures as an adapter reads them and as they are scored, in one run. */
export async function openImageReader(
  { vision, processor }: Pick<PaperModels, "vision" | "processor">,
  { make }: { readonly make: MakeProgram },
): Promise<ImageReader> {
  const { config } = vision, side = config.image_size;
  const shape = [1, 3, side, side];
  const program = await make((frozen, _state, { pixels }) => {
    const { penultimate, embeds } = visionTower(paramsIn(frozen, vision), config, pixels as Tensor);
    return { outputs: { tokens: penultimate, embedding: embeds } };
  }, { frozen: frozenOf(vision), inputs: { pixels: { shape } } });
  const features = async (data: Float32Array): Promise<ImageFeatures> => {
    const outputs = await program.run({ pixels: { dtype: "float32", shape, data } });
    const of = (name: string) => {
      const found = leaf(outputs, name).data as Float32Array;
      checkFinite(found, "the image encoder", { "the image encoder": vision.params });
      return found.slice();
    };
    return { tokens: of("tokens"), embedding: of("embedding") };
  };
  return {
    read: (picture) => features(preprocessImage({ ...picture, data: picture.pixels }, processor)),
    none: async () => (await features(new Float32Array(3 * side * side))).tokens,
    dispose: () => program.dispose(),
  };
}
