/**
 * The frozen image models for one image a run, as a page has them: batches gain nothing on one thread, and a padded one would cost as many
 * images as it holds. The functions are those of mini/programs.ts.
 */
import { compile, type CompileOptions, type HostParams, leaf, type Tensor } from "../../../lib/engine/mod.ts";
import { unitRows, visionTower, type VisionTowerConfig } from "../../../lib/clip/mod.ts";
import { type VaeConfig, vaeDecode } from "../../../lib/diffusion/mod.ts";
import { fromModelImage, type Rgb, toModelImage } from "../../../lib/tasks/mod.ts";
import type { ImageFeatures, ImageProgram } from "../../mini/programs.ts";

const SIDE = 64;
/** No second copy of a graph for half a batch. */
const ONE_THREAD: CompileOptions = { threads: 1 };

const copied = (outputs: HostParams, name: string) => (leaf(outputs, name).data as Float32Array).slice();

/** Features of images; `zero` gives the tokens of the all-zeros input. */
export async function singleEncoder(
  { config, params }: { readonly config: VisionTowerConfig; readonly params: HostParams },
): Promise<ImageProgram<ImageFeatures> & { zero(): Promise<Float32Array> }> {
  const program = await compile(
    (frozen, _state, { x }) => {
      const { penultimate, embeds } = visionTower(frozen, config, x as Tensor);
      return { outputs: { tokens: penultimate, embedding: unitRows(embeds) } };
    },
    { frozen: params, inputs: { x: { shape: [1, 3, SIDE, SIDE] } } },
    ONE_THREAD,
  );
  const features = async (x: Float32Array): Promise<ImageFeatures> => {
    const outputs = await program.run({ x });
    return { tokens: copied(outputs, "tokens"), embedding: copied(outputs, "embedding") };
  };
  return {
    async run(images) {
      const results: ImageFeatures[] = [];
      for (const image of images) results.push(await features(toModelImage(image)));
      return results;
    },
    zero: async () => (await features(new Float32Array(3 * SIDE * SIDE))).tokens,
    dispose: () => program.dispose(),
  };
}

/** Images of scaled latents. */
export async function singleDecoder(
  { config, params }: { readonly config: VaeConfig; readonly params: HostParams },
): Promise<{ run(latents: readonly Float32Array[]): Promise<Rgb[]> }> {
  const program = await compile(
    (frozen, _state, { x }) => ({ outputs: { image: vaeDecode(frozen, config, x as Tensor) } }),
    { frozen: params, inputs: { x: { shape: [1, config.latent_channels, SIDE / 4, SIDE / 4] } } },
    ONE_THREAD,
  );
  return {
    async run(latents) {
      const images: Rgb[] = [];
      for (const x of latents) images.push(fromModelImage(copied(await program.run({ x }), "image")));
      return images;
    },
  };
}
