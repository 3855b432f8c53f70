/** The models that the stages of an experiment share at the paper's scale: the base, both encoders, and the IPAdapter+ that trainings start from. */
import { adapterParams, type InstructResamplerConfig, type ResamplerConfig } from "../../lib/adapter/mod.ts";
import { vaeFactor } from "../../lib/diffusion/mod.ts";
import { compile, type HostParams, inMemory, scope, UserError } from "../../lib/engine/mod.ts";
import type { MakeProgram } from "../../lib/pipeline/mod.ts";
import { TRAINING_SIDE } from "../../lib/tasks/mod.ts";
import { onDevice, shared } from "../adapters/shared.ts";
import type { Device } from "../setting/experiment.ts";
import { placesOf } from "./locate_file.ts";
import { emptySlots, inSlot } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { loadPaperModels, type PaperModel, type PaperModels } from "./paper_models.ts";
import {
  type ImageReader,
  openImageReader,
  openInstructionEncoder,
  openLatentEncoder,
  openTokenEncoder,
} from "./picture_encoders.ts";

/** The models. */
export interface StageModels extends Omit<PaperModels, "adapter" | "instruction"> {
  readonly instruction: NonNullable<PaperModels["instruction"]>;
  /** IPAdapter+; weights in memory. */
  readonly plus: { readonly projection: ResamplerConfig; readonly params: HostParams; readonly file: string };
  /** The projection that is trained: IPAdapter+'s sizes with the instruction branch (Fig. 3). */
  readonly instruct: InstructResamplerConfig;
  /** Sides of pictures, in pixels, and of their latents. */
  readonly side: number;
  readonly latentSide: number;
}

/** @throws UserError unless it is an IPAdapter+. */
function startOf(
  { config, params, file }: PaperModel<PaperModels["adapter"]["config"]>,
): StageModels["plus"] {
  if (config.class === "Resampler") return { projection: config, params: inMemory(params), file };
  throw new UserError(`Training starts from an IPAdapter+ (no instruction), got ${file}, a ${config.class}`);
}

async function load({ models: folder }: PaperFolders): Promise<StageModels> {
  const { adapter, instruction, ...models } = await loadPaperModels(placesOf(folder), {
    kind: "plus",
    instructions: true,
  });
  const plus = startOf(adapter);
  const { vision, unet, vae } = models;
  if (instruction === undefined) {
    throw new RangeError("Loading with instructions needs their encoder, got none");
  }
  const { projection_dim } = instruction.config;
  if (vision.config.projection_dim !== projection_dim) {
    throw new UserError(
      `Loading the instruction encoder failed: expected one of the image encoder's space, ${vision.config.projection_dim} wide, got one of ${projection_dim}`,
    );
  }
  const { sample_size } = unet.config;
  const latentSide = sample_size ?? TRAINING_SIDE / vaeFactor(vae.config);
  const { class: _, embedding_dim, ...sizes } = plus.projection;
  return {
    ...models,
    instruction,
    plus,
    instruct: {
      class: "ResamplerInstruct",
      ...sizes,
      embedding_dim_image_embeds: embedding_dim,
      embedding_dim_instruct_embeds: projection_dim,
    },
    latentSide,
    side: latentSide * vaeFactor(vae.config),
  };
}

/** The models in a folder, or in the hub's cache; headers alone are read. @throws UserError when one is missing or does not fit the others. */
export const stageModels = (folders: PaperFolders): Promise<StageModels> =>
  shared(`models of ${folders.models ?? "the hub"}`, () => load(folders));

/** Makes programs on a device. */
export const makeOn = (device: Device): MakeProgram => (fn, parts) => compile(fn, parts, onDevice(device));

/** Names what is open of some models. */
export const openId = ({ unet }: StageModels, device: Device, ...more: readonly unknown[]): string =>
  JSON.stringify([unet.file, device, ...more]);

/** The parts of IPAdapter+ that a fresh Instruct adapter is made of. */
export const plusParts = ({ plus: { params } }: StageModels) => ({
  projection: { params: scope(params, "image_proj") },
  context: scope(params, "ip_adapter"),
});

/** IPAdapter+ as it is sampled with. */
export function startAdapter(models: StageModels): HostParams {
  const { projection, context } = plusParts(models);
  return adapterParams({ projection: projection.params, context });
}

/** Encoders of what training reads. */
export type OpenEncoders = Awaited<ReturnType<typeof openEncoders>>;

async function openEncoders(models: StageModels, make: MakeProgram) {
  const parts = {
    latents: await openLatentEncoder(models, { side: models.side, make }),
    tokens: await openTokenEncoder(models, { make }),
    instruction: await openInstructionEncoder(models, { make }),
  };
  return {
    ...parts,
    async dispose() {
      for (const part of Object.values(parts)) await part.dispose();
    },
  };
}

/** They, alone in memory. */
export async function encodersFor(models: StageModels, device: Device): Promise<OpenEncoders> {
  await emptySlots("training", "sampling", "scoring");
  return await inSlot("encoding", openId(models, device), () => openEncoders(models, makeOn(device)));
}

/** What pictures and texts are scored with. */
export interface OpenScorers {
  readonly reader: ImageReader;
  text(text: string): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** It, beside whatever samples. */
export function scorersFor(models: StageModels, device: Device): Promise<OpenScorers> {
  return inSlot("scoring", openId(models, device), async () => {
    const make = makeOn(device);
    const [reader, texts] = [
      await openImageReader(models, { make }),
      await openInstructionEncoder(models, { make }),
    ];
    return {
      reader,
      text: (text: string) => texts.encode(text),
      async dispose() {
        for (const part of [reader, texts]) await part.dispose();
      },
    };
  });
}
