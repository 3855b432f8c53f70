/** Compiled programs of the frozen parts, for any number of rows: batches of one size, the last one padded. */
import {
  checkFinite,
  type CompileOptions,
  compileSharded,
  type HostParams,
  leaf,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  sizeOf,
  type Tensor,
} from "../../lib/engine/mod.ts";
import { unitRows, visionTower, type VisionTowerConfig } from "../../lib/clip/mod.ts";
import {
  decoderHalf,
  encoderHalf,
  type VaeConfig,
  vaeDecode,
  vaeEncode,
  vaeFactor,
  vaeMean,
} from "../../lib/diffusion/mod.ts";
import { fromModelImage, type Rgb, SIZE, toModelImage } from "../../lib/tasks/mod.ts";
import type { Model } from "./frozen.ts";

/** Rows of a run: few images must not pay for many. */
const BATCHES: readonly number[] = [4, 32];
const PIXELS = 3 * SIZE * SIZE;

/** How programs are compiled. */
export interface BatchOptions extends CompileOptions {
  /** Rows of a run, rising; 4 or 32 if absent. On one thread batches gain nothing, and a padded one costs as many images as it holds: there, [1]. */
  readonly batches?: readonly number[];
}

/** A program per batch size, compiled when first needed. */
class BatchedProgram {
  readonly #made = new Map<number, Promise<Program>>();
  constructor(
    readonly width: number,
    readonly options: BatchOptions,
    readonly parts: (batch: number) => [fn: ProgramFunction, parts: ProgramParts],
  ) {}

  #program(batch: number): Promise<Program> {
    const { batches: _, ...options } = this.options;
    const known = this.#made.get(batch);
    if (known) return known;
    const made = compileSharded(...this.parts(batch), options);
    this.#made.set(batch, made);
    return made;
  }

  /** Runs over all rows; gives each finished row's outputs in order. */
  async run<Row>(
    rows: readonly Row[],
    feed: (row: Row) => Float32Array,
    each: (output: (name: string) => Float32Array) => void,
  ): Promise<void> {
    const { batches = BATCHES } = this.options;
    const batch = batches.find((size) => rows.length <= size) ?? batches.at(-1) as number;
    const program = await this.#program(batch);
    for (let first = 0; first < rows.length; first += batch) {
      const part = rows.slice(first, first + batch);
      const data = new Float32Array(batch * this.width);
      part.forEach((row, i) => data.set(feed(row), i * this.width));
      const outputs = await program.run({ x: data });
      part.forEach((_, i) => each((name) => rowOf(outputs, name, { at: i, batch })));
    }
  }

  async dispose(): Promise<void> {
    for (const program of this.#made.values()) await (await program).dispose();
    this.#made.clear();
  }
}

function rowOf(
  outputs: HostParams,
  name: string,
  { at, batch }: { at: number; batch: number },
): Float32Array {
  const data = leaf(outputs, name).data as Float32Array;
  const width = data.length / batch;
  return data.slice(at * width, (at + 1) * width);
}

/** What an image encoder gives for one image. */
export interface ImageFeatures {
  /** Penultimate hidden states [tokens hidden], flat. */
  readonly tokens: Float32Array;
  /** Unit vector of the joint space [512]. */
  readonly embedding: Float32Array;
}

/** A program over images in memory. */
export interface ImageProgram<Result> {
  run(images: readonly Rgb[]): Promise<Result[]>;
  dispose(): Promise<void>;
}

/** Features of images by one image tower. */
export function imageEncoder(
  { config, params }: Model<VisionTowerConfig>,
  options: BatchOptions = {},
): ImageProgram<ImageFeatures> & { zero(): Promise<Float32Array> } {
  const program = new BatchedProgram(PIXELS, options, (batch) => [
    (frozen, _state, { x }) => {
      const { penultimate, embeds } = visionTower(frozen, config, x as Tensor);
      return { outputs: { tokens: penultimate, embedding: unitRows(embeds) } };
    },
    { frozen: params, inputs: { x: { shape: [batch, 3, SIZE, SIZE] } } },
  ]);
  const features = async <Row>(rows: readonly Row[], feed: (row: Row) => Float32Array) => {
    const results: ImageFeatures[] = [];
    await program.run(
      rows,
      feed,
      (output) => {
        const tokens = output("tokens"), embedding = output("embedding");
        for (const found of [tokens, embedding]) {
          checkFinite(found, "the image encoder", { "the image encoder": params });
        }
        results.push({ tokens, embedding });
      },
    );
    return results;
  };
  return {
    run: (images) => features(images, toModelImage),
    /** Tokens of the all-zeros input, the "no image" of guidance. */
    zero: async () => (await features([new Float32Array(PIXELS)], (row) => row))[0]!.tokens,
    dispose: () => program.dispose(),
  };
}

/** Scaled latents (the distribution's mean) of images, each [4 16 16] flat. */
export function latentEncoder(
  { config, params }: Model<VaeConfig>,
  options: BatchOptions = {},
): ImageProgram<Float32Array> {
  const used = encoderHalf(params);
  const program = new BatchedProgram(PIXELS, options, (batch) => [
    (frozen, _state, { x }) => ({
      outputs: { latent: vaeMean(vaeEncode(frozen, config, x as Tensor), config) },
    }),
    { frozen: used, inputs: { x: { shape: [batch, 3, SIZE, SIZE] } } },
  ]);
  return {
    async run(images) {
      const results: Float32Array[] = [];
      await program.run(images, toModelImage, (output) => {
        const latent = output("latent");
        checkFinite(latent, "the autoencoder", { "the autoencoder": used });
        results.push(latent);
      });
      return results;
    },
    dispose: () => program.dispose(),
  };
}

/** Images of scaled latents. */
export function latentDecoder(
  { config, params }: Model<VaeConfig>,
  options: BatchOptions = {},
): { run(latents: readonly Float32Array[]): Promise<Rgb[]>; dispose(): Promise<void> } {
  const used = decoderHalf(params);
  const side = SIZE / vaeFactor(config);
  const latent = [config.latent_channels, side, side];
  const program = new BatchedProgram(sizeOf(latent), options, (batch) => [
    (frozen, _state, { x }) => ({ outputs: { image: vaeDecode(frozen, config, x as Tensor) } }),
    { frozen: used, inputs: { x: { shape: [batch, ...latent] } } },
  ]);
  return {
    async run(latents) {
      const images: Rgb[] = [];
      await program.run(latents, (row) => row, (output) => {
        const image = output("image");
        checkFinite(image, "the autoencoder", { "the autoencoder": used });
        images.push(fromModelImage(image));
      });
      return images;
    },
    dispose: () => program.dispose(),
  };
}
