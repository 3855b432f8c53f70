/** Compiled programs of the frozen parts, for any number of rows: batches of one size, the last one padded. */
import {
  compile,
  type CompileOptions,
  type HostParams,
  leaf,
  type Program,
  type Tensor,
} from "../../lib/engine/mod.ts";
import { unitRows, visionTokens, visionTower, type VisionTowerConfig } from "../../lib/clip/mod.ts";
import { type VaeConfig, vaeDecode, vaeEncode, vaeMean } from "../../lib/diffusion/mod.ts";
import { fromModelImage, type Rgb, toModelImage } from "../../lib/tasks/mod.ts";
import type { Model } from "./frozen.ts";

const BATCH = 32;
const SIDE = 64;
const PIXELS = 3 * SIDE * SIDE;

/** Runs `program` over `count` rows, `BATCH` at a time; `gather` hands out each finished row of an output. */
async function overRows(
  program: Program,
  count: number,
  options: {
    feed: (row: number) => Float32Array;
    width: number;
    each: (row: number, outputs: HostParams, at: number) => void;
  },
): Promise<void> {
  const { feed, width, each } = options;
  for (let first = 0; first < count; first += BATCH) {
    const data = new Float32Array(BATCH * width);
    const rows = Math.min(BATCH, count - first);
    for (let i = 0; i < rows; i++) data.set(feed(first + i), i * width);
    const outputs = await program.run({ x: data });
    for (let i = 0; i < rows; i++) each(first + i, outputs, i);
  }
}

function rowOf(outputs: HostParams, name: string, at: number): Float32Array {
  const data = leaf(outputs, name).data as Float32Array;
  const width = data.length / BATCH;
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
export async function imageEncoder(
  { config, params }: Model<VisionTowerConfig>,
  options: CompileOptions = {},
): Promise<ImageProgram<ImageFeatures> & { zero(): Promise<Float32Array> }> {
  const program = await compile(
    (frozen, _state, { x }) => {
      const { penultimate, embeds } = visionTower(frozen, config, x as Tensor);
      return { outputs: { tokens: penultimate, embedding: unitRows(embeds) } };
    },
    { frozen: params, inputs: { x: { shape: [BATCH, 3, SIDE, SIDE] } } },
    options,
  );
  return {
    async run(images) {
      const results: ImageFeatures[] = [];
      await overRows(program, images.length, {
        width: PIXELS,
        feed: (row) => toModelImage(images[row] as Rgb),
        each: (_row, outputs, at) =>
          results.push({ tokens: rowOf(outputs, "tokens", at), embedding: rowOf(outputs, "embedding", at) }),
      });
      return results;
    },
    /** Tokens of the all-zeros input, the "no image" of guidance. */
    async zero() {
      const outputs = await program.run({ x: new Float32Array(BATCH * PIXELS) });
      return rowOf(outputs, "tokens", 0);
    },
    dispose: () => program.dispose(),
  };
}

/** Number of scalars of one image's tokens. */
export function tokenCount(config: VisionTowerConfig): number {
  return visionTokens(config) * config.hidden_size;
}

/** Scaled latents (the distribution's mean) of images, each [4 16 16] flat. */
export async function latentEncoder(
  { config, params }: Model<VaeConfig>,
  options: CompileOptions = {},
): Promise<ImageProgram<Float32Array>> {
  const used = Object.fromEntries(
    Object.entries(params).filter(([name]) => /^(encoder|quant_conv)\./.test(name)),
  );
  const program = await compile(
    (frozen, _state, { x }) => ({
      outputs: { latent: vaeMean(vaeEncode(frozen, config, x as Tensor), config) },
    }),
    { frozen: used, inputs: { x: { shape: [BATCH, 3, SIDE, SIDE] } } },
    options,
  );
  return {
    async run(images) {
      const results: Float32Array[] = [];
      await overRows(program, images.length, {
        width: PIXELS,
        feed: (row) => toModelImage(images[row] as Rgb),
        each: (_row, outputs, at) => results.push(rowOf(outputs, "latent", at)),
      });
      return results;
    },
    dispose: () => program.dispose(),
  };
}

/** Images of scaled latents. */
export async function latentDecoder(
  { config, params }: Model<VaeConfig>,
  options: CompileOptions = {},
): Promise<{ run(latents: readonly Float32Array[]): Promise<Rgb[]>; dispose(): Promise<void> }> {
  const used = Object.fromEntries(
    Object.entries(params).filter(([name]) => /^(decoder|post_quant_conv)\./.test(name)),
  );
  const size = config.latent_channels * 16 * 16;
  const program = await compile(
    (frozen, _state, { x }) => ({ outputs: { image: vaeDecode(frozen, config, x as Tensor) } }),
    {
      frozen: used,
      inputs: { x: { shape: [BATCH, config.latent_channels, 16, 16] } },
    },
    options,
  );
  return {
    async run(latents) {
      const images: Rgb[] = [];
      await overRows(program, latents.length, {
        width: size,
        feed: (row) => latents[row] as Float32Array,
        each: (_row, outputs, at) => images.push(fromModelImage(rowOf(outputs, "image", at))),
      });
      return images;
    },
    dispose: () => program.dispose(),
  };
}
