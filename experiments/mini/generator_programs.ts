/** The three programs of a generator: text tokens, image tokens, and the denoiser with the adapter's and a ControlNet's parts. */
import {
  combine,
  compile,
  type CompileOptions,
  compileSharded,
  type HostParams,
  leaf,
  type Params,
  prefixed,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  scope,
  type Tensor,
} from "../../lib/engine/mod.ts";
import { imageContext, projectImage, type ProjectionConfig } from "../../lib/adapter/mod.ts";
import { textTower } from "../../lib/clip/mod.ts";
import { controlnet as controlnetResiduals, type ControlnetConfig, unet } from "../../lib/diffusion/mod.ts";
import type { TrainStepOptions } from "../../lib/training/mod.ts";
import type { BaseModel, Model } from "./frozen.ts";

/** Side of the mini images, which a ControlNet is shown. */
const SIDE = 64;

/** What a generator is compiled for. */
export interface GeneratorParts {
  readonly base: BaseModel;
  /** Images per run of the denoiser (each counts twice, for guidance). */
  readonly batch: number;
  /** Absent: the base model alone. */
  readonly adapter?: {
    readonly projection: ProjectionConfig;
    /** Tokens of an instruction; 1 if absent. */
    readonly words?: number;
    /** Any adapter of the kind, for its shapes. */
    readonly like: HostParams;
    readonly imageShape: readonly [number, number];
    /** Tokens of the all-zeros image. */
    readonly noImage: Float32Array;
  };
  /** Adds its residuals to the U-Net's; every item then needs a conditioning image. */
  readonly controlnet?: Model<ControlnetConfig>;
}

/** Compiled programs; rows are [the unguided half, the guided half]. */
export interface GeneratorPrograms {
  /** `ids` → `text`. */
  readonly text: Program;
  /** `image`, `instruction` → `tokens`. */
  readonly projector?: Program;
  /** `sample`, `timestep`, `text` and, where they exist, `tokens`, `scale`, `conditioning`, `controlScale` → `noise`. */
  readonly denoiser: Program;
}

/** Numbers in one token of an instruction that the projection reads; 0 for IPAdapter+. */
export function instructionWidth(projection: ProjectionConfig | undefined): number {
  return projection && projection.class !== "Resampler" ? projection.embedding_dim_instruct_embeds : 0;
}

/** How a generator's programs are made: compiled, or by another engine. */
export type GeneratorOptions = CompileOptions & { readonly engine?: TrainStepOptions["engine"] };

/** Compiles the programs of a generator. */
export async function compileGenerator(
  { base, adapter, batch, controlnet }: GeneratorParts,
  { engine, ...options }: GeneratorOptions,
): Promise<GeneratorPrograms> {
  const make = engine ?? ((fn: ProgramFunction, parts: ProgramParts) => compile(fn, parts, options));
  const whole = ["scale", "controlScale"];
  const makeSharded = engine ??
    ((fn: ProgramFunction, parts: ProgramParts) => compileSharded(fn, parts, { ...options, whole }));
  const { config: text, params: textParams } = base.text;
  const length = text.max_position_embeddings;
  const doubled = 2 * batch;
  const projection = adapter?.projection;
  const width = instructionWidth(projection);
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
      ...(width ? { instruction: { shape: [doubled, adapter.words ?? 1, width] } } : {}),
    },
  });
  const denoiser = await makeSharded((frozen, state, inputs) => {
    const { sample, timestep, text, scale, conditioning, controlScale } = inputs as Record<string, Tensor>;
    const common = { sample: sample as Tensor, timestep: timestep as Tensor, text: text as Tensor };
    const contexts = adapter
      ? [imageContext(state as Params, leaf(inputs, "tokens"), { scale: scale as Tensor })]
      : [];
    const residuals = controlnet && controlnetResiduals(scope(frozen, "controlnet"), controlnet.config, {
      ...common,
      conditioning: conditioning as Tensor,
      scale: controlScale as Tensor,
    });
    return {
      outputs: {
        noise: unet(scope(frozen, "unet"), base.unet.config, {
          ...common,
          imageContexts: contexts,
          ...(residuals ? { residuals } : {}),
        }),
      },
    };
  }, {
    frozen: combine(
      prefixed(base.unet.params, "unet"),
      ...(controlnet ? [prefixed(controlnet.params, "controlnet")] : []),
    ),
    ...(adapter ? { state: prefixed(scope(adapter.like, "ip_adapter"), "ip_adapter") } : {}),
    inputs: {
      sample: { shape: [doubled, 4, 16, 16] },
      timestep: { shape: [doubled] },
      text: { shape: [doubled, length, base.unet.config.cross_attention_dim] },
      ...(adapter ? { tokens: { shape: imageTokens }, scale: { shape: [] } } : {}),
      ...(controlnet
        ? { conditioning: { shape: [doubled, 3, SIDE, SIDE] }, controlScale: { shape: [] } }
        : {}),
    },
  });
  return { text: textProgram, denoiser, ...(projector ? { projector } : {}) };
}
