/**
 * Generation with the frozen base and an adapter: text and image tokens once per item, then a sampler with classifier-free guidance.
 * The unguided half is given the negative prompt (by default the empty text) and the all-zeros image, under the same instruction. Adapter weights are arguments, so that
 * one compiled pair of programs serves every adapter of a kind.
 */
import { type HostParams, leaf, prefixed, scope } from "../../lib/engine/mod.ts";
import {
  DEFAULT_SAMPLER,
  guided,
  noiseSchedule,
  type SamplerName,
  sampleSteps,
  SD_SCHEDULE,
} from "../../lib/diffusion/mod.ts";
import {
  compileGenerator,
  type GeneratorOptions,
  type GeneratorParts,
  instructionWidth,
} from "./generator_programs.ts";

export type { GeneratorParts } from "./generator_programs.ts";

const LATENT = 4 * 16 * 16;

/** What one image is made from. */
export interface GenerationItem {
  /** Prompt's word ids. */
  readonly ids: Int32Array;
  /** Word ids of the unguided half; the empty text if absent. */
  readonly negative?: Int32Array;
  /** Condition's image tokens; without an adapter it is not read. */
  readonly image?: Float32Array;
  /** The instruction [words width]: one vector of 512 unless the adapter reads another form. */
  readonly instruction?: Float32Array;
  /** What a ControlNet is shown, [3 64 64] in [0, 1]. */
  readonly control?: Float32Array;
  /** Initial noise [4 16 16]. */
  readonly noise: Float32Array;
}

/** How images are sampled. */
export interface SamplingOptions {
  readonly steps: number;
  /** Guidance scale; 1 is the plain conditional prediction. */
  readonly guidance: number;
  readonly sampler?: SamplerName;
  /** λ of the image attention. */
  readonly adapterScale?: number;
  /** Factor of a ControlNet's residuals; 1 if absent. */
  readonly controlScale?: number;
  /** Called after each batch of images. */
  readonly progress?: (done: number, total: number) => void;
  /**
   * Called after each call of the denoiser, within a batch; waited for. `clean` is what the step takes the finished latents to be
   * [batch 4 16 16], flat: the sampler's ẑ_0 where it computes one, else its sample.
   */
  readonly step?: (done: number, total: number, clean: Float32Array) => void | Promise<void>;
  /** Stops between two calls of the denoiser: rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A sampler of latents for one kind of adapter. */
export interface Generator {
  /** Scaled latents [4 16 16], one per item. `adapter`: `image_proj.*` and `ip_adapter.*`. */
  generate(
    items: readonly GenerationItem[],
    options: SamplingOptions & { adapter?: HostParams },
  ): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

function repeated(row: ArrayLike<number>, times: number): Float32Array {
  const data = new Float32Array(row.length * times);
  for (let i = 0; i < times; i++) data.set(row, i * row.length);
  return data;
}

/** Conditioning images of both halves: the unguided one sees the same. */
function controlImages(items: readonly GenerationItem[]): Float32Array {
  const images = items.map(({ control }) => {
    if (!control) {
      throw new RangeError("Generating with a ControlNet needs a conditioning image for every item");
    }
    return control;
  });
  const size = images[0]!.length;
  const data = new Float32Array(2 * images.length * size);
  images.forEach((image, i) => {
    data.set(image, i * size);
    data.set(image, (images.length + i) * size);
  });
  return data;
}

/** Compiles the programs of a generator. */
export async function createGenerator(
  parts: GeneratorParts,
  options: GeneratorOptions = {},
): Promise<Generator> {
  const programs = await compileGenerator(parts, options);
  const { base, adapter, batch, controlnet } = parts;
  const length = base.text.config.max_position_embeddings;
  const doubled = 2 * batch;
  const width = instructionWidth(adapter?.projection) * (adapter?.words ?? 1);
  const [tokens, hidden] = adapter?.imageShape ?? [0, 0];
  const schedule = noiseSchedule(SD_SCHEDULE);
  const noText = base.tokenizer.encode([""]);

  async function batchOf(items: readonly GenerationItem[], sampling: SamplingOptions): Promise<Float32Array> {
    const at = (i: number) => items[Math.min(i, items.length - 1)] as GenerationItem;
    const ids = new Int32Array(doubled * length);
    const noise = new Float32Array(batch * LATENT);
    for (let i = 0; i < batch; i++) {
      ids.set(at(i).negative ?? noText, i * length);
      ids.set(at(i).ids, (batch + i) * length);
      noise.set(at(i).noise, i * LATENT);
    }
    const text = (leaf(await programs.text.run({ ids }), "text").data as Float32Array).slice();
    let projected: Float32Array | undefined;
    if (adapter && programs.projector) {
      const image = new Float32Array(doubled * tokens * hidden);
      const instruction = new Float32Array(doubled * width);
      for (let i = 0; i < batch; i++) {
        const own = at(i);
        if (!own.image || (width > 0 && !own.instruction)) {
          throw new RangeError(
            "Generating with an adapter needs image tokens (and, for Instruct, an instruction) for every item",
          );
        }
        image.set(adapter.noImage, i * tokens * hidden);
        image.set(own.image, (batch + i) * tokens * hidden);
        if (own.instruction && width > 0) {
          instruction.set(own.instruction, i * width);
          instruction.set(own.instruction, (batch + i) * width);
        }
      }
      const outputs = await programs.projector.run({ image, ...(width ? { instruction } : {}) });
      projected = (leaf(outputs, "tokens").data as Float32Array).slice();
    }
    const conditioning = controlnet && controlImages(Array.from({ length: batch }, (_, i) => at(i)));
    const predict = guided(async (samples, timestep) => {
      const outputs = await programs.denoiser.run({
        sample: samples,
        timestep: repeated([timestep], doubled),
        text,
        ...(projected ? { tokens: projected, scale: Float32Array.of(sampling.adapterScale ?? 1) } : {}),
        ...(conditioning ? { conditioning, controlScale: Float32Array.of(sampling.controlScale ?? 1) } : {}),
      });
      return leaf(outputs, "noise").data as Float32Array;
    }, { scales: [sampling.guidance] });
    const { steps, sampler = DEFAULT_SAMPLER, signal } = sampling;
    signal?.throwIfAborted();
    let last: Float32Array = noise;
    for await (const step of sampleSteps({ predict, schedule, steps, sampler, noise })) {
      last = step.sample;
      await sampling.step?.(step.index + 1, step.total, step.denoised ?? step.sample);
      signal?.throwIfAborted();
    }
    return last;
  }

  return {
    async generate(items, { adapter: weights, ...sampling }) {
      if (adapter && programs.projector) {
        if (!weights) throw new RangeError("Generating with an adapter needs its weights, got none");
        programs.projector.writeState(prefixed(scope(weights, "image_proj"), "image_proj"));
        programs.denoiser.writeState(prefixed(scope(weights, "ip_adapter"), "ip_adapter"));
      }
      const latents: Float32Array[] = [];
      for (let first = 0; first < items.length; first += batch) {
        const part = items.slice(first, first + batch);
        const data = await batchOf(part, sampling);
        part.forEach((_, i) => latents.push(data.slice(i * LATENT, (i + 1) * LATENT)));
        sampling.progress?.(latents.length, items.length);
      }
      return latents;
    },
    async dispose() {
      for (const program of Object.values(programs)) await program?.dispose();
    },
  };
}
