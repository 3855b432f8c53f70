/** The parts of the paper's scale that are measured, each in a process of its own: load, compile, run. */
import { imageContext, projectImage } from "../../lib/adapter/mod.ts";
import { unitRows, visionTokens, visionTower } from "../../lib/clip/mod.ts";
import { decoderHalf, unet, vaeDecode } from "../../lib/diffusion/mod.ts";
import {
  compile,
  type CompileOptions,
  host,
  type HostArray,
  type HostParams,
  inMemory,
  leaf,
  type Params,
  prefixed,
  type ProgramFunction,
  type ProgramParts,
  scope,
  type Tensor,
} from "../../lib/engine/mod.ts";
import { compileAdapterStep, PAPER_RECIPE } from "../../lib/training/mod.ts";
import type { Engine, OpenWork } from "../timing/work.ts";
import { inferenceWork } from "../works/inference_work.ts";
import { LEARNING_RATE } from "../works/training_work.ts";
import { caseInputs, caseSizes, caseWeights, type PaperSizes } from "./case_folder.ts";
import type { PaperPart } from "./part_names.ts";

/** How a part is run. */
export interface PartOptions {
  readonly compile?: CompileOptions;
  /** Absent: `compile()`. */
  readonly engine?: Engine;
}

/** A part: what it is, and how it is opened from a prepared folder. */
export interface Part {
  /** One line for a person, sizes left out. */
  readonly title: string;
  /** Largest peak memory of its process that is wanted, GB. */
  readonly memoryBar: number;
  /** Whether PyTorch's side (bench/peers/pytorch/paper.py) does it too. */
  readonly peer: boolean;
  open(folder: string, options: PartOptions): Promise<OpenWork>;
}

/** Rows of the first side from `from` on. */
function rows({ shape: [count, ...rest], data, dtype }: HostArray, from: number): HostArray {
  const size = data.length / (count as number);
  return { dtype, shape: [count as number - from, ...rest], data: data.slice(from * size) };
}

async function inference(
  fn: ProgramFunction,
  parts: Required<Pick<ProgramParts, "frozen">> & { feeds: HostParams },
  options: PartOptions,
): Promise<OpenWork> {
  const { frozen, feeds } = parts;
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, { shape }]));
  const program =
    await (options.engine?.(fn, { frozen, inputs }) ?? compile(fn, { frozen, inputs }, options.compile));
  return inferenceWork(() => program.run(feeds), () => program.dispose());
}

const pick = (inputs: HostParams, ...names: readonly string[]): HostParams =>
  Object.fromEntries(names.map((name) => [name, leaf(inputs, name)]));

/** The noise that the U-Net predicts with the image tokens of an Instruct projection. */
function predict(
  { unet: config, projection }: PaperSizes,
  weights: { unet: Params; adapter: Params },
  inputs: Params,
): Tensor {
  const tokens = projectImage(scope(weights.adapter, "image_proj"), projection, {
    image: leaf(inputs, "image"),
    instruction: leaf(inputs, "instruction"),
  });
  return unet(weights.unet, config, {
    sample: leaf(inputs, "sample"),
    timestep: leaf(inputs, "timestep"),
    text: leaf(inputs, "text"),
    imageContexts: [imageContext(weights.adapter, tokens, { scale: 1 })],
  });
}

const GUIDED = ["sample", "timestep", "text", "image", "instruction"];

/** The parts by name. */
export const PARTS: Readonly<Record<PaperPart, Part>> = {
  denoise: {
    title: "One guided denoising step: Instruct projection and U-Net, both halves",
    memoryBar: 14,
    peer: true,
    async open(folder, options) {
      const sizes = caseSizes(folder);
      const frozen = {
        ...prefixed(await caseWeights(folder, "unet"), "unet"),
        ...prefixed(await caseWeights(folder, "adapter"), "adapter"),
      };
      return inference(
        (fixed, _state, inputs) => ({
          outputs: {
            noise: predict(sizes, { unet: scope(fixed, "unet"), adapter: scope(fixed, "adapter") }, inputs),
          },
        }),
        { frozen, feeds: pick(caseInputs(folder), ...GUIDED) },
        options,
      );
    },
  },
  decode: {
    title: "Decoding one picture: the autoencoder's decoder",
    memoryBar: 14,
    peer: false,
    async open(folder, options) {
      const { vae } = caseSizes(folder);
      const weights = await caseWeights(folder, "vae");
      const frozen = decoderHalf(weights);
      return inference(
        (fixed, _state, { noise }) => ({ outputs: { image: vaeDecode(fixed, vae, noise as Tensor) } }),
        { frozen, feeds: pick(caseInputs(folder), "noise") },
        options,
      );
    },
  },
  encode: {
    title: "Encoding one condition image: CLIP's image tower",
    memoryBar: 14,
    peer: false,
    async open(folder, options) {
      const { vision } = caseSizes(folder);
      return inference(
        (fixed, _state, { pixels }) => {
          const { penultimate, embeds } = visionTower(fixed, vision, pixels as Tensor);
          return { outputs: { tokens: penultimate, embedding: unitRows(embeds) } };
        },
        { frozen: await caseWeights(folder, "vision"), feeds: pick(caseInputs(folder), "pixels") },
        options,
      );
    },
  },
  train: {
    title:
      "One training step of the Instruct adapter, batch 1, U-Net frozen: forward, backward, clipping, AdamW",
    memoryBar: 22,
    peer: false,
    async open(folder, options) {
      const sizes = caseSizes(folder);
      const inputs = caseInputs(folder);
      const batch = {
        ...Object.fromEntries(GUIDED.map((name) => [name, rows(leaf(inputs, name), 1)])),
        noise: leaf(inputs, "noise"),
      };
      const adapter = await caseWeights(folder, "adapter");
      const step = await compileAdapterStep({
        unet: { config: sizes.unet, params: await caseWeights(folder, "unet") },
        text: sizes.textTokens,
        projection: sizes.projection,
        adapter: inMemory(adapter),
        batch: 1,
        side: sizes.side,
        imageTokens: visionTokens(sizes.vision),
        recipe: PAPER_RECIPE,
        ...options,
      });
      let done = 0;
      const losses: number[] = [];
      const run = async () => {
        losses.push((await step.run(batch, { step: done++, learningRate: LEARNING_RATE })).loss);
      };
      return {
        run,
        first: run,
        check: () => Promise.resolve({ losses, arrays: { loss: host(losses.slice(0, 1), [1]) } }),
        dispose: () => step.dispose(),
      };
    },
  },
};
