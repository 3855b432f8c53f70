/**
 * The one place where latents are sampled, at every scale: tokens of texts and image once per batch, then a sampler with guidance. What each
 * prediction of a step is given stands in `guidance_passes.ts`; where the image is not shown there are zeros (Sec. 3.1; tencent-ailab's convention).
 *
 * | adapter                | the projection also reads                               | in the unguided prediction            |
 * | ---------------------- | ------------------------------------------------------- | ------------------------------------- |
 * | IP-Adapter, IPAdapter+ | nothing                                                 |                                       |
 * | Instruct, the paper's  | the instruction's vectors, which items bring along      | the same: it was never dropped        |
 * | Instruct, as released  | token states of SD's text encoder: instruction, prompt  | the empty text, the negative prompt   |
 */
import {
  DEFAULT_SAMPLER,
  guided,
  noiseSchedule,
  type SamplerName,
  sampleSteps,
  SD_SCHEDULE,
} from "../diffusion/mod.ts";
import { checkFinite, type HostParams, leaf, prefixed, scope, type Weights } from "../engine/mod.ts";
import {
  type ChainScales,
  type GuidancePass,
  guidancePlan,
  TEXT_ROLES,
  type TextRole,
} from "./guidance_passes.ts";
import type { ModelPart, PipelineModels } from "./models.ts";
import { type PipelineOptions, pipelinePrograms, projectionTexts } from "./programs.ts";

/** What one picture is made from. */
export interface GenerationItem {
  /** Prompt's token ids. */
  readonly ids: Int32Array;
  /** Token ids of the negative prompt; the empty text's if absent. */
  readonly negative?: Int32Array;
  /** What the projection reads of the condition, see `AdapterPart.imageShape`; without an adapter it is not read. */
  readonly image?: Float32Array;
  /** The instruction [words width] for the paper's Instruct design. */
  readonly instruction?: Float32Array;
  /** Token ids of the instruction, for Instruct as released. */
  readonly instructionIds?: Int32Array;
  /** What a ControlNet is shown, [3 height width] in [0, 1]. */
  readonly control?: Float32Array;
  /** Initial noise, of the latents' sides. */
  readonly noise: Float32Array;
}

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

/** What the predictions of a step of one batch are given. */
interface BatchCondition {
  readonly text: Float32Array;
  readonly tokens?: Float32Array;
  readonly conditioning?: Float32Array;
}

/** The rows of a run, one after the other; each has the same size. */
function joined(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * size);
  rows.forEach((row, i) => data.set(row, i * size));
  return data;
}

function sidesOf({ base, sides }: GeneratorParts): { height: number; width: number } {
  const side = base.unet.config.sample_size;
  if (sides) return sides;
  if (typeof side === "number") return { height: side, width: side };
  throw new RangeError("A generator needs the latents' sides: the U-Net's configuration has no sample_size");
}

/** What an item must bring along. @throws RangeError naming what is missing. */
function need<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new RangeError(`Generating needs ${what} for every item, got none`);
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
  const size = latent[0] * height * width;
  const length = base.text.config.max_position_embeddings;
  const reads = adapter ? projectionTexts(adapter, length) : {};
  const roles = TEXT_ROLES.filter((role) =>
    passes.some((pass) =>
      pass.text === role || (reads.prompt && (pass.instruction === role || pass.prompt === role))
    )
  );
  const rows = passes.length * batch;
  const programs = pipelinePrograms(parts, { texts: roles.length * batch, rows, latent }, options);
  const all = [programs.text, programs.projector, programs.denoiser];
  if (!large) { for (const program of all) await program?.use(() => Promise.resolve()); }
  const noText = base.tokenizer.encode([""]);

  function idsOf(item: GenerationItem, role: TextRole): Int32Array {
    if (role === "prompt") return item.ids;
    if (role === "negative") return item.negative ?? noText;
    if (role === "instruction") return need(item.instructionIds, "an instruction's token ids");
    return role === "empty" ? noText : base.tokenizer.encode([role]);
  }

  /** The weights of a model and of what was put on it, for the sentence when its output is not finite. */
  const suspects = (part: string, model: ModelPart<unknown>): Record<string, Weights> => ({
    [part]: model.params,
    ...(model.lora ? { "the LoRA": model.lora } : {}),
  });
  const adapterWeights = (own: HostParams | undefined, part: string): Record<string, Weights> => {
    const weights = own ?? (adapter && "params" in adapter ? adapter.params : undefined);
    return weights ? { "the adapter": prefixed(scope(weights, part), part) } : {};
  };

  /** Encodes texts and images of a batch. */
  async function conditionOf(
    items: readonly GenerationItem[],
    weights: HostParams | undefined,
  ): Promise<BatchCondition> {
    for (const { image, instruction } of items) {
      if (image) checkFinite(image, "the image encoder");
      if (instruction) checkFinite(instruction, "the instruction encoder");
    }
    const ids = new Int32Array(roles.length * batch * length);
    roles.forEach((role, r) =>
      items.forEach((item, i) => ids.set(idsOf(item, role), (r * batch + i) * length))
    );
    const states = await programs.text.use(async (program) =>
      (leaf(await program.run({ ids }), "text").data as Float32Array).slice()
    );
    checkFinite(states, "the prompt encoder", suspects("the prompt encoder", base.text));
    const wide = states.length / (roles.length * batch);
    /** The states that each prediction is given of a text, [rows length width]. */
    const statesOf = (slot: "text" | "instruction" | "prompt") =>
      joined(passes.flatMap((pass) =>
        items.map((_, i) => {
          const row = roles.indexOf(pass[slot]) * batch + i;
          return states.subarray(row * wide, (row + 1) * wide);
        })
      ));
    /** One array of each item for each prediction. */
    const each = (of: (item: GenerationItem, pass: GuidancePass) => Float32Array) =>
      joined(passes.flatMap((pass) => items.map((item) => of(item, pass))));
    const text = statesOf("text");
    const tokens = adapter && await programs.projector?.use(async (program) => {
      const shown = each((item, pass) => {
        const image = need(item.image, "image tokens of the condition, with an adapter,");
        return pass.image ? image : adapter.noImage;
      });
      const outputs = await program.run({
        image: shown,
        ...(reads.prompt ? { instruction: statesOf("instruction"), prompt: statesOf("prompt") } : {}),
        ...(reads.instruction && !reads.prompt
          ? { instruction: each((item) => need(item.instruction, "an instruction, with Instruct,")) }
          : {}),
      });
      const found = (leaf(outputs, "tokens").data as Float32Array).slice();
      checkFinite(found, "the adapter's projection", adapterWeights(weights, "image_proj"));
      return found;
    });
    const conditioning = controlnet &&
      each((item) => need(item.control, "a conditioning image, with a ControlNet,"));
    return { text, ...(tokens ? { tokens } : {}), ...(conditioning ? { conditioning } : {}) };
  }

  /** The condition of the batch before, where this one has the same. */
  function sameCondition(a: readonly GenerationItem[], b: readonly GenerationItem[]): boolean {
    const names = ["ids", "negative", "image", "instruction", "instructionIds", "control"] as const;
    return a.every((item, i) => names.every((name) => item[name] === b[i]?.[name]));
  }

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
            sample: samples,
            timestep: new Float32Array(rows).fill(timestep),
            text,
            ...(tokens ? { tokens, scale: Float32Array.of(sampling.adapterScale ?? 1) } : {}),
            ...(conditioning
              ? { conditioning, controlScale: Float32Array.of(sampling.controlScale ?? 1) }
              : {}),
          });
          const noise = leaf(outputs, "noise").data as Float32Array;
          checkFinite(noise, "the U-Net", {
            ...suspects("the U-Net", base.unet),
            ...adapterWeights(weights, "ip_adapter"),
            ...(controlnet ? suspects("the ControlNet", controlnet) : {}),
          });
          return noise;
        }), { scales });
      const split = (data: Float32Array) =>
        Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
      const noise = joined(own.map((item) => item.noise));
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
