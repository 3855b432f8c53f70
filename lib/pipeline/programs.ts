/** The three programs that sampling runs: text tokens, image tokens, and the denoiser with the adapter's and a ControlNet's parts. */
import { imageContext, projectImage, type PublishedProjection } from "../adapter/mod.ts";
import { textTower } from "../clip/mod.ts";
import { conditioningFactor, controlnet as controlnetResiduals, unet } from "../diffusion/mod.ts";
import {
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
  shardCount,
  type Tensor,
  type Weights,
} from "../engine/mod.ts";
import { type AdapterPart, frozenOf, paramsIn, type PipelineModels } from "./models.ts";
import type { MakeProgram } from "./run_once.ts";

/** How programs are made: compiled, or by another engine. */
export type PipelineOptions = CompileOptions & { readonly engine?: MakeProgram };

/** Sizes that programs are compiled for. */
export interface ProgramSizes {
  /** Texts encoded in a run. */
  readonly texts: number;
  /** Items of a run of the denoiser. */
  readonly items: number;
  /** Predictions of each. */
  readonly predictions: number;
  /** Sides of one item's latents: channels, height, width. */
  readonly latent: readonly [number, number, number];
}

/** A program that is compiled when first used, and kept unless it is too large. */
export interface LazyProgram {
  /** Runs it. */
  use<T>(run: (program: Program) => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

/** The programs; rows are the first item's predictions p_0, p_1, …, then the second's. */
export interface PipelinePrograms {
  /**
   * Rows of `sample`, `timestep` and `conditioning`: an item's once, so that what its predictions have in common is computed once; or one for each
   * prediction, where an item's must be shared out between threads.
   */
  readonly samples: number;
  /** `ids` [texts length] → `text` [texts length width]. */
  readonly text: LazyProgram;
  /** `image`, `instruction`, `prompt` → `tokens`. */
  readonly projector?: LazyProgram;
  /** `sample`, `timestep`, `text` and, where they exist, `tokens`, `scale`, `conditioning`, `controlScale` → `noise`. */
  readonly denoiser: LazyProgram;
}

/** Sides of what a projection reads besides the image; absent where it reads no such thing. */
export function projectionTexts(
  { projection, words = 1 }: AdapterPart,
  length: number,
): { readonly instruction?: readonly [number, number]; readonly prompt?: readonly [number, number] } {
  if (projection.class === "ResamplerInstruct") {
    return { instruction: [words, projection.embedding_dim_instruct_embeds] };
  }
  if (projection.class !== "ResamplerInstructBigger") return {};
  const states = [length, projection.embedding_dim_instruct_embeds] as const;
  return { instruction: states, prompt: states };
}

function queries(projection: PublishedProjection): readonly [number, number] {
  return projection.class === "ImageProjModel"
    ? [projection.clip_extra_context_tokens, projection.cross_attention_dim]
    : [projection.num_queries, projection.output_dim];
}

/** A part of an adapter as a graph holds it: a constant, or state that calls replace. */
function adapterWeights(adapter: AdapterPart, part: string): { frozen?: Weights; state?: HostParams } {
  return "like" in adapter
    ? { state: prefixed(scope(adapter.like, part), part) }
    : { frozen: prefixed(scope(adapter.params, part), part) };
}

function lazily(make: () => Promise<Program>, keep: boolean): LazyProgram {
  let made: Promise<Program> | undefined;
  const dispose = async () => {
    const program = made;
    made = undefined;
    await (await program)?.dispose();
  };
  return {
    async use(run) {
      try {
        return await run(await (made ??= make()));
      } finally {
        if (!keep) await dispose();
      }
    },
    dispose,
  };
}

/** Prepares the programs of a generator; each is compiled when first used. */
export function pipelinePrograms(
  { base, adapter, controlnet, large = false }: PipelineModels,
  { texts, items, predictions, latent }: ProgramSizes,
  { engine, ...options }: PipelineOptions,
): PipelinePrograms {
  const make = engine ?? ((fn: ProgramFunction, parts: ProgramParts) => compile(fn, parts, options));
  const rows = items * predictions;
  const shared = large || engine !== undefined || items % shardCount(options) === 0;
  const samples = shared ? items : rows;
  const whole = ["scale", "controlScale"];
  const inHalves = engine ??
    ((fn: ProgramFunction, parts: ProgramParts) => compileSharded(fn, parts, { ...options, whole }));
  const length = base.text.config.max_position_embeddings;
  const width = base.unet.config.cross_attention_dim;

  const text = lazily(() =>
    make((frozen, _state, { ids }) => {
      const { lastHiddenState } = textTower(paramsIn(frozen, base.text), base.text.config, ids as Tensor);
      return { outputs: { text: lastHiddenState } };
    }, { frozen: frozenOf(base.text), inputs: { ids: { dtype: "int32", shape: [texts, length] } } }), !large);

  const projector = adapter && lazily(() => {
    const inputs = Object.entries({ image: adapter.imageShape, ...projectionTexts(adapter, length) });
    return make((frozen, state, { image, ...read }) => ({
      outputs: {
        tokens: projectImage(scope({ ...frozen, ...state }, "image_proj"), adapter.projection, {
          image: image as Tensor,
          ...read,
        }),
      },
    }), {
      ...adapterWeights(adapter, "image_proj"),
      inputs: Object.fromEntries(inputs.map(([name, shape]) => [name, { shape: [rows, ...shape] }])),
    });
  }, !large);

  const [, height, side] = latent;
  const denoiser = lazily(() => {
    const own = adapter ? adapterWeights(adapter, "ip_adapter") : {};
    const factor = controlnet ? conditioningFactor(controlnet.config) : 1;
    return (large ? make : inHalves)((frozen, state, fed) => {
      const common = {
        sample: leaf(fed, "sample"),
        timestep: leaf(fed, "timestep"),
        text: leaf(fed, "text"),
      };
      const weights: Params = { ...frozen, ...state };
      const residuals = controlnet &&
        controlnetResiduals(paramsIn(scope(frozen, "controlnet"), controlnet), controlnet.config, {
          ...common,
          conditioning: leaf(fed, "conditioning"),
          scale: leaf(fed, "controlScale"),
        });
      return {
        outputs: {
          noise: unet(paramsIn(scope(frozen, "unet"), base.unet), base.unet.config, {
            ...common,
            imageContexts: adapter
              ? [imageContext(weights, leaf(fed, "tokens"), {
                scale: leaf(fed, "scale"),
                replacesText: adapter.replacesText ?? false,
              })]
              : [],
            ...(residuals ? { residuals } : {}),
          }),
        },
      };
    }, {
      ...own,
      frozen: {
        ...prefixed(frozenOf(base.unet), "unet"),
        ...own.frozen,
        ...(controlnet ? prefixed(frozenOf(controlnet), "controlnet") : {}),
      },
      inputs: {
        sample: { shape: [samples, ...latent] },
        timestep: { shape: [samples] },
        text: { shape: [rows, length, width] },
        ...(adapter
          ? { tokens: { shape: [rows, ...queries(adapter.projection)] }, scale: { shape: [] } }
          : {}),
        ...(controlnet
          ? {
            conditioning: { shape: [samples, 3, factor * height, factor * side] },
            controlScale: { shape: [] },
          }
          : {}),
      },
    });
  }, true);
  return { samples, text, denoiser, ...(projector ? { projector } : {}) };
}
