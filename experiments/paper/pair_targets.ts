/**
 * Targets of training pairs that models generate (Sec. 3.4): a ControlNet from edges and a caption, InstantStyle from a picture whose style is taken and a
 * prompt. It is the pipeline of every other picture, its programs kept for thousands of items.
 */
import { instantStyle } from "../../lib/adapter/mod.ts";
import { type SamplerName, vaeFactor } from "../../lib/diffusion/mod.ts";
import { fold, inMemory, key, normal, UserError } from "../../lib/engine/mod.ts";
import {
  controlImage,
  createGenerator,
  type GenerationItem,
  type GeneratorParts,
  guidancePlan,
  type MakeProgram,
  openRun,
  samplePictures,
} from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { checkSteps } from "../pictures/settings.ts";
import type { Places } from "./locate_file.ts";
import { loadPaperBase, loadPaperModels, type PaperBase } from "./paper_models.ts";
import { type PaperRecord, recordedWeights } from "./paper_record.ts";
import { checkSize, imageInputs, imageReader, openDecoder, row } from "./pipeline_models.ts";

const SAMPLER: SamplerName = "ddim";

/** How targets are sampled. */
export interface TargetSettings {
  /** Both sides, in pixels. */
  readonly side: number;
  readonly steps: number;
  readonly guidance: number;
  /** Factor of the ControlNet's residuals, or λ of the adapter. */
  readonly strength: number;
  /** The noise of a target depends on it and the target's name. */
  readonly seed: number;
}

/** What a target is made from. */
export interface TargetItem {
  /** Names it among all. */
  readonly name: string;
  readonly prompt: string;
  /** Edges of the settings' side, or the picture whose style is taken. */
  readonly shown: RgbPicture;
}

/** Models that make targets. */
export interface TargetMaker {
  /** Files and hashes of the weights. */
  readonly weights: PaperRecord["weights"];
  /** Why a prompt cannot be read, in a sentence; nothing when it can: it is longer than the encoder reads. */
  promptFault(prompt: string): string | undefined;
  /** One target. @throws NotFiniteError naming the part whose output is not finite. */
  make(item: TargetItem): Promise<RgbPicture>;
  close(): Promise<void>;
}

/** Which models. */
export type TargetKind = "scribble" | "instant-style";

/** What beside the base takes part, and what an item shows it. */
interface OpenParts {
  readonly parts: Pick<GeneratorParts, "adapter" | "controlnet">;
  show(picture: RgbPicture): Promise<Pick<GenerationItem, "image" | "control">>;
  dispose(): Promise<void>;
}

/** The part of the pipeline that differs. */
interface TargetModels {
  readonly models: PaperBase;
  open(make: MakeProgram): Promise<OpenParts>;
}

async function scribble(places: Places): Promise<TargetModels> {
  const models = await loadPaperBase(places, { controlnet: "scribble" });
  const { controlnet } = models;
  return {
    models,
    open: () =>
      Promise.resolve({
        parts: controlnet ? { controlnet } : {},
        show: (picture) => Promise.resolve({ control: controlImage(picture.pixels) }),
        dispose: () => Promise.resolve(),
      }),
  };
}

async function inStyle(places: Places): Promise<TargetModels> {
  const models = await loadPaperModels(places, { kind: "plus" });
  const { adapter, vision, unet } = models;
  return {
    models,
    async open(make) {
      const reader = await openRun(make, imageReader(models));
      const side = vision.config.image_size;
      const plain = await reader.run(
        imageInputs(models, { width: side, height: side, pixels: new Uint8Array(3 * side * side) }),
      );
      return {
        parts: {
          adapter: {
            projection: adapter.config,
            params: instantStyle(inMemory(adapter.params), unet.config),
            imageShape: plain.shape.slice(1),
            noImage: row(plain, 0),
          },
        },
        show: async (picture) => ({ image: row(await reader.run(imageInputs(models, picture)), 1) }),
        dispose: () => reader.dispose(),
      };
    },
  };
}

const MODELS: Readonly<Record<TargetKind, (places: Places) => Promise<TargetModels>>> = {
  "scribble": scribble,
  "instant-style": inStyle,
};

/**
 * Opens the models; programs are made for the first target.
 *
 * @param make makes programs, on a device of the caller's choice.
 * @throws UserError when a weight is missing or does not fit, or the settings do not suit the models.
 */
export async function openTargets(
  places: Places,
  { kind, settings, make }: {
    readonly kind: TargetKind;
    readonly settings: TargetSettings;
    readonly make: MakeProgram;
  },
): Promise<TargetMaker> {
  const { side, steps, guidance, strength, seed } = settings;
  const { models, open } = await MODELS[kind](places);
  const { unet, text, tokenizer, schedule, vae } = models;
  checkSize(models, { width: side, height: side });
  await checkSteps(schedule, { steps, sampler: SAMPLER });
  const sides = { height: side / vaeFactor(vae.config), width: side / vaeFactor(vae.config) };
  const shape = [1, unet.config.in_channels, sides.height, sides.width];
  const size = shape.reduce((a, b) => a * b, 1);
  const noise = fold(key(seed), "targets");

  async function prepare() {
    const { parts, show, dispose } = await open(make);
    const generator = await createGenerator({
      base: { unet, text, tokenizer },
      ...parts,
      schedule,
      batch: 1,
      passes: guidancePlan({ guidance }).passes,
      sides,
    }, { engine: make });
    const decoder = await openDecoder(models, sides, make);
    return {
      generator,
      show,
      decode: (latents: readonly Float32Array[]) => decoder.decode(latents),
      async close() {
        for (const part of [generator, decoder]) await part.dispose();
        await dispose();
      },
    };
  }
  let prepared: ReturnType<typeof prepare> | undefined;
  return {
    weights: recordedWeights(models),
    promptFault(prompt) {
      try {
        tokenizer.encode([prompt]);
        return undefined;
      } catch (error) {
        if (error instanceof UserError) return error.message;
        throw error;
      }
    },
    async make({ name, prompt, shown }) {
      const pipeline = await (prepared ??= prepare());
      const item = {
        ids: tokenizer.encode([prompt]),
        ...await pipeline.show(shown),
        noise: normal(fold(noise, name), size),
      };
      const sampling = { steps, guidance, sampler: SAMPLER, controlScale: strength, adapterScale: strength };
      for await (const event of samplePictures(pipeline, [item], sampling)) {
        if (event.kind === "pictures") return event.pictures[0] as RgbPicture;
      }
      throw new RangeError("A target needs one picture, got none");
    },
    close: async () => await (await prepared)?.close(),
  };
}
