/** From items to pictures: the one function behind the command line, the notebooks, the explorer and the static site, at every scale. */
import type { HostParams } from "../engine/mod.ts";
import type { RgbPicture } from "../raster/mod.ts";
import type { GenerationItem } from "./conditions.ts";
import type { Generator, SamplingOptions } from "./generator.ts";

/** Models that are ready to sample pictures. */
export interface OpenPipeline {
  /** Samples the latents. */
  readonly generator: Generator;
  /** The adapter's weights, where the generator serves every adapter of a kind. */
  readonly adapter?: HostParams;
  /** Pictures of scaled latents. */
  decode(latents: readonly Float32Array[]): Promise<RgbPicture[]>;
}

/** What happens while pictures are sampled. */
export type PictureEvent =
  /** Calls of the denoiser done, over all batches; `preview` decodes what the batch's pictures will be, as far as they are known. */
  | {
    readonly kind: "step";
    readonly done: number;
    readonly total: number;
    readonly first: number;
    preview(): Promise<RgbPicture[]>;
  }
  /** Pictures of the items from `first` on. */
  | { readonly kind: "pictures"; readonly first: number; readonly pictures: readonly RgbPicture[] };

/** Samples and decodes pictures, batch by batch. */
export async function* samplePictures(
  { generator, adapter, decode }: OpenPipeline,
  items: readonly GenerationItem[],
  options: Omit<SamplingOptions, "adapter">,
): AsyncGenerator<PictureEvent, void, void> {
  const sampling = { ...options, ...(adapter ? { adapter } : {}) };
  for await (const event of generator.sample(items, sampling)) {
    if (event.kind === "latents") {
      yield { kind: "pictures", first: event.first, pictures: await decode(event.latents) };
    } else {
      const { done, total, first, clean } = event;
      yield { kind: "step", done, total, first, preview: () => decode(clean()) };
    }
  }
}
