/**
 * Generation with the frozen base and an adapter: text and image tokens once per item, then a sampler with classifier-free guidance.
 * The unguided half is given the empty text and the all-zeros image, under the same instruction. Adapter weights are arguments, so that
 * one compiled pair of programs serves every adapter of a kind.
 */
import {
  compile,
  type CompileOptions,
  compileSharded,
  type HostParams,
  leaf,
  type Params,
  prefixed,
  type ProgramFunction,
  type ProgramParts,
  scope,
  type Tensor,
} from "../../lib/engine/mod.ts";
import { imageContext } from "../../lib/adapter/mod.ts";
import { textTower } from "../../lib/clip/mod.ts";
import {
  guided,
  noiseSchedule,
  sample,
  type SamplerName,
  SD_SCHEDULE,
  unet,
} from "../../lib/diffusion/mod.ts";
import type { TrainStepOptions } from "../../lib/training/mod.ts";
import { projectImage, type ProjectionConfig } from "./adapter_training.ts";
import type { BaseModel } from "./frozen.ts";

const LATENT = 4 * 16 * 16;

/** What one image is made from. */
export interface GenerationItem {
  /** Prompt's word ids. */
  readonly ids: Int32Array;
  /** Condition's image tokens; without an adapter it is not read. */
  readonly image?: Float32Array;
  /** The instruction's vector [512]. */
  readonly instruction?: Float32Array;
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
  /** Called after each finished image. */
  readonly progress?: (done: number, total: number) => void;
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

/** What a generator is compiled for. */
export interface GeneratorParts {
  readonly base: BaseModel;
  /** Images per run of the denoiser (each counts twice, for guidance). */
  readonly batch: number;
  /** Absent: the base model alone. */
  readonly adapter?: {
    readonly projection: ProjectionConfig;
    /** Any adapter of the kind, for its shapes. */
    readonly like: HostParams;
    readonly imageShape: readonly [number, number];
    /** Tokens of the all-zeros image. */
    readonly noImage: Float32Array;
  };
}

function repeated(row: ArrayLike<number>, times: number): Float32Array {
  const data = new Float32Array(row.length * times);
  for (let i = 0; i < times; i++) data.set(row, i * row.length);
  return data;
}

/** Compiles the programs of a generator. `engine` makes programs in another way than `compile()`. */
export async function createGenerator(
  { base, adapter, batch }: GeneratorParts,
  { engine, ...options }: CompileOptions & { engine?: TrainStepOptions["engine"] } = {},
): Promise<Generator> {
  const make = engine ?? ((fn: ProgramFunction, parts: ProgramParts) => compile(fn, parts, options));
  const makeSharded = engine ??
    ((fn: ProgramFunction, parts: ProgramParts) =>
      compileSharded(fn, parts, { ...options, whole: ["scale"] }));
  const { config: text, params: textParams } = base.text;
  const length = text.max_position_embeddings;
  const doubled = 2 * batch;
  const projection = adapter?.projection;
  const width = projection && projection.class !== "Resampler" ? projection.embedding_dim_instruct_embeds : 0;
  const [tokens, hidden] = adapter?.imageShape ?? [0, 0];
  const imageTokens = projection ? [doubled, projection.num_queries, projection.output_dim] : [];

  const textProgram = await make(
    (frozen, _state, { ids }) => ({
      outputs: { text: textTower(frozen, text, ids as Tensor).lastHiddenState },
    }),
    { frozen: textParams, inputs: { ids: { dtype: "int32", shape: [doubled, length] } } },
  );
  const projector = adapter && await make((_frozen, state, { image, instruction }) => ({
    outputs: {
      tokens: projectImage(scope(state, "image_proj"), adapter.projection, {
        image: image as Tensor,
        ...(instruction ? { instruction } : {}),
      }),
    },
  }), {
    state: prefixed(scope(adapter.like, "image_proj"), "image_proj"),
    inputs: {
      image: { shape: [doubled, tokens, hidden] },
      ...(width ? { instruction: { shape: [doubled, 1, width] } } : {}),
    },
  });
  const denoiser = await makeSharded((frozen, state, inputs) => {
    const { sample, timestep, text, scale } = inputs as Record<
      "sample" | "timestep" | "text" | "scale",
      Tensor
    >;
    const contexts = adapter ? [imageContext(state as Params, leaf(inputs, "tokens"), { scale })] : [];
    return {
      outputs: { noise: unet(frozen, base.unet.config, { sample, timestep, text, imageContexts: contexts }) },
    };
  }, {
    frozen: base.unet.params,
    ...(adapter ? { state: prefixed(scope(adapter.like, "ip_adapter"), "ip_adapter") } : {}),
    inputs: {
      sample: { shape: [doubled, 4, 16, 16] },
      timestep: { shape: [doubled] },
      text: { shape: [doubled, length, base.unet.config.cross_attention_dim] },
      ...(adapter ? { tokens: { shape: imageTokens }, scale: { shape: [] } } : {}),
    },
  });
  const schedule = noiseSchedule(SD_SCHEDULE);
  const noText = base.tokenizer.encode([""]);

  async function batchOf(items: readonly GenerationItem[], sampling: SamplingOptions): Promise<Float32Array> {
    const at = (i: number) => items[Math.min(i, items.length - 1)] as GenerationItem;
    const ids = new Int32Array(doubled * length);
    const noise = new Float32Array(batch * LATENT);
    for (let i = 0; i < batch; i++) {
      ids.set(noText, i * length);
      ids.set(at(i).ids, (batch + i) * length);
      noise.set(at(i).noise, i * LATENT);
    }
    const text = (leaf(await textProgram.run({ ids }), "text").data as Float32Array).slice();
    let projected: Float32Array | undefined;
    if (adapter && projector) {
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
      const outputs = await projector.run({ image, ...(width ? { instruction } : {}) });
      projected = (leaf(outputs, "tokens").data as Float32Array).slice();
    }
    const predict = guided(async (samples, timestep) => {
      const outputs = await denoiser.run({
        sample: samples,
        timestep: repeated([timestep], doubled),
        text,
        ...(projected ? { tokens: projected, scale: Float32Array.of(sampling.adapterScale ?? 1) } : {}),
      });
      return leaf(outputs, "noise").data as Float32Array;
    }, { scales: [sampling.guidance] });
    return sample({ predict, schedule, steps: sampling.steps, sampler: sampling.sampler ?? "ddim", noise });
  }

  return {
    async generate(items, { adapter: weights, ...sampling }) {
      if (adapter && projector) {
        if (!weights) throw new RangeError("Generating with an adapter needs its weights, got none");
        projector.writeState(prefixed(scope(weights, "image_proj"), "image_proj"));
        denoiser.writeState(prefixed(scope(weights, "ip_adapter"), "ip_adapter"));
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
      for (const program of [textProgram, projector, denoiser]) await program?.dispose();
    },
  };
}
