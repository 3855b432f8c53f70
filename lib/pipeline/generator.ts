/**
 * The one place where latents are sampled, at every scale: tokens of texts and image once per batch, then a sampler with guidance. What a batch is
 * given is encoded by `conditions.ts`.
 */
import {
  DEFAULT_SAMPLER,
  guided,
  noiseSchedule,
  type SamplerName,
  sampleSteps,
  SD_SCHEDULE,
} from "../diffusion/mod.ts";
import { joinedRows, repeatedRows } from "../engine/joined.ts";
import { checkFinite, type HostParams, leaf, prefixed, scope } from "../engine/mod.ts";
import {
  type BatchCondition,
  conditionEncoder,
  type GenerationItem,
  sameCondition,
  textRoles,
} from "./conditions.ts";
import { type ChainScales, type GuidancePass, guidancePlan } from "./guidance_passes.ts";
import type { PipelineModels } from "./models.ts";
import { type PipelineOptions, pipelinePrograms, projectionTexts } from "./programs.ts";
import { adapterPartWeights, modelWeights } from "./suspect_weights.ts";

/** How latents are sampled. */
export interface SamplingOptions extends ChainScales {
  /** Steps of the sampler. */
  readonly steps: number;
  /** Guidance scale; 1 is the plain conditional prediction. */
  readonly guidance: number;
  /** Which sampler; the list's first if absent. */
  readonly sampler?: SamplerName;
  /** λ of the image attention; 1 if absent. */
  readonly adapterScale?: number;
  /** Factor of a ControlNet's residuals; 1 if absent. */
  readonly controlScale?: number;
  /** `image_proj.*` and `ip_adapter.*`, where the generator serves every adapter of a kind. */
  readonly adapter?: HostParams;
  /** Stops between two calls of the denoiser: rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What happens while latents are sampled. */
export type SamplingEvent =
  /**
   * Calls of the denoiser done, over all batches. `clean`: what the step takes the batch's finished latents to be: the sampler's ẑ_0 where
   * it computes one, else its sample; one per item.
   */
  | {
    readonly kind: "step";
    readonly done: number;
    readonly total: number;
    readonly first: number;
    clean(): Float32Array[];
  }
  /** Latents of the items from `first` on. */
  | { readonly kind: "latents"; readonly first: number; readonly latents: readonly Float32Array[] };

/** A sampler of latents. */
export interface Generator {
  /** Items of a run of the denoiser. */
  readonly batch: number;
  /** Samples scaled latents, batch by batch. */
  sample(
    items: readonly GenerationItem[],
    options: SamplingOptions,
  ): AsyncGenerator<SamplingEvent, void, void>;
  /** Scaled latents, one per item; `progress` is called after each batch. */
  generate(
    items: readonly GenerationItem[],
    options: SamplingOptions & { readonly progress?: (done: number, total: number) => void },
  ): Promise<Float32Array[]>;
  /** Frees the programs. */
  dispose(): Promise<void>;
}

/** What a generator is compiled for. */
export interface GeneratorParts extends PipelineModels {
  /** Items of a run of the denoiser; each counts once for every prediction of a step. */
  readonly batch: number;
  /** The predictions of a step; ordinary guidance's if absent. */
  readonly passes?: readonly GuidancePass[];
  /** Sides of the latents; those of the U-Net's training if absent. */
  readonly sides?: { readonly height: number; readonly width: number };
}

function sidesOf({ base, sides }: GeneratorParts): { height: number; width: number } {
  const side = base.unet.config.sample_size;
  if (sides) return sides;
  if (typeof side === "number") return { height: side, width: side };
  throw new RangeError("A generator needs the latents' sides: the U-Net's configuration has no sample_size");
}

/** The rows of flat data, views. */
function rowsOf(data: Float32Array, rows: number): Float32Array[] {
  const width = data.length / rows;
  return Array.from({ length: rows }, (_, i) => data.subarray(i * width, (i + 1) * width));
}

/**
 * Prepares a generator; unless the models are `large`, its programs are compiled at once. Sampling ends with a NotFiniteError that names the
 * part whose output is not finite.
 *
 * @throws RangeError when the sides of the latents are not known.
 */
export async function createGenerator(
  parts: GeneratorParts,
  options: PipelineOptions = {},
): Promise<Generator> {
  const { base, adapter, batch, controlnet, large = false } = parts;
  const { passes = guidancePlan({ guidance: 1 }).passes, schedule = noiseSchedule(SD_SCHEDULE) } = parts;
  const { height, width } = sidesOf(parts);
  const latent = [base.unet.config.in_channels, height, width] as const;
  const length = base.text.config.max_position_embeddings;
  const reads = adapter ? projectionTexts(adapter, length) : {};
  const roles = textRoles(passes, reads.prompt !== undefined);
  const programs = pipelinePrograms(parts, {
    ...{ texts: roles.length * batch, items: batch, predictions: passes.length, latent },
  }, options);
  const all = [programs.text, programs.projector, programs.denoiser];
  if (!large) { for (const program of all) await program?.use(() => Promise.resolve()); }
  const conditionOf = conditionEncoder(parts, programs, { passes, roles, batch });

  async function* sample(
    items: readonly GenerationItem[],
    sampling: SamplingOptions,
  ): AsyncGenerator<SamplingEvent, void, void> {
    const { steps, sampler = DEFAULT_SAMPLER, signal, adapter: weights } = sampling;
    const { passes: wanted, scales } = guidancePlan(sampling);
    if (wanted.length !== passes.length) {
      throw new RangeError(`Generating needs guidance of ${passes.length} predictions, got ${wanted.length}`);
    }
    if (adapter && "like" in adapter) {
      if (!weights) throw new RangeError("Generating with an adapter needs its weights, got none");
      const replace = (program: typeof programs.projector, part: string) =>
        program?.use((own) => Promise.resolve(own.writeState(prefixed(scope(weights, part), part))));
      await replace(programs.projector, "image_proj");
      await replace(programs.denoiser, "ip_adapter");
    }
    const batches = Math.ceil(items.length / batch);
    let last: { items: readonly GenerationItem[]; condition: BatchCondition } | undefined;
    for (let number = 0; number < batches; number++) {
      const first = number * batch, count = Math.min(batch, items.length - first);
      // The last batch is filled up with its last item.
      const own = Array.from({ length: batch }, (_, i) => items[first + Math.min(i, count - 1)]!);
      const condition = last && sameCondition(own, last.items)
        ? last.condition
        : await conditionOf(own, weights);
      last = { items: own, condition };
      const { text, tokens, conditioning } = condition;
      const predict = guided((samples, timestep) =>
        programs.denoiser.use(async (program) => {
          const outputs = await program.run({
            sample: repeatedRows(rowsOf(samples, batch), programs.samples / batch),
            timestep: new Float32Array(programs.samples).fill(timestep),
            text,
            ...(tokens ? { tokens, scale: Float32Array.of(sampling.adapterScale ?? 1) } : {}),
            ...(conditioning
              ? { conditioning, controlScale: Float32Array.of(sampling.controlScale ?? 1) }
              : {}),
          });
          const noise = leaf(outputs, "noise").data as Float32Array;
          checkFinite(noise, "the U-Net", {
            ...modelWeights("the U-Net", base.unet),
            ...adapterPartWeights(adapter, weights, "ip_adapter"),
            ...(controlnet ? modelWeights("the ControlNet", controlnet) : {}),
          });
          return noise;
        }), { scales, batch });
      const split = (data: Float32Array) => rowsOf(data, batch).slice(0, count).map((row) => row.slice());
      const noise = joinedRows(own.map((item) => item.noise));
      signal?.throwIfAborted();
      let data: Float32Array = noise;
      for await (const step of sampleSteps({ predict, schedule, steps, sampler, noise })) {
        data = step.sample;
        yield {
          kind: "step",
          done: number * step.total + step.index + 1,
          total: batches * step.total,
          first,
          clean: () => split(step.denoised ?? step.sample),
        };
        signal?.throwIfAborted();
      }
      yield { kind: "latents", first, latents: split(data) };
    }
  }

  return {
    batch,
    sample,
    async generate(items, { progress, ...sampling }) {
      const latents: Float32Array[] = [];
      for await (const event of sample(items, sampling)) {
        if (event.kind !== "latents") continue;
        latents.push(...event.latents);
        progress?.(latents.length, items.length);
      }
      return latents;
    },
    async dispose() {
      for (const program of all) await program?.dispose();
    },
  };
}
